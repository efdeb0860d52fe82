import { chown } from 'node:fs/promises'
import { isRoot, unprivilegedAccount } from './unprivileged.ts'

/** Gives a file or a folder to the account that the servers run under, where that is not this process's own. */
export async function giveAway(path: string): Promise<void> {
  const { uid, gid } = unprivilegedAccount()
  if (isRoot()) await chown(path, uid, gid)
}
