import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/** Whether this process is root, as which PostgreSQL refuses to run. */
export const isRoot = process.getuid?.() === 0

/** The account in whose name root runs PostgreSQL; `undefined` for anybody else, who runs it in their own. */
export function accountForPostgres(): { readonly uid: number; readonly gid: number } | undefined {
  if (!isRoot) return undefined
  const idOf = (what: string): number => Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** A folder for what is thrown away, which that account can reach too. */
export function temporaryFolder(): string {
  return isRoot && !isReachableByAll(tmpdir()) ? '/tmp' : tmpdir()
}

function isReachableByAll(path: string): boolean {
  if (path !== dirname(path) && !isReachableByAll(dirname(path))) return false
  return (statSync(path).mode & 0o001) !== 0
}
