import { readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/** Whether this process is root, as which PostgreSQL, PgBouncer and Memcached refuse to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The account in whose name root runs the servers that refuse root. */
export function unprivilegedAccount(): { readonly uid: number; readonly gid: number; readonly user: string } {
  const rows = readFileSync('/etc/passwd', 'utf8').split('\n')
  const [user = 'nobody', , uid = '65534', gid = '65534'] =
    rows.find((row) => row.startsWith('nobody:'))?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid), user }
}

/** Whether every user can pass through the folders down to a path. */
export function isReachableByAll(path: string): boolean {
  if (path !== dirname(path) && !isReachableByAll(dirname(path))) return false
  return (statSync(path).mode & 0o001) !== 0
}

/** A temporary folder that the unprivileged account can reach too. */
export function reachableTmpdir(): string {
  return isRoot() && !isReachableByAll(tmpdir()) ? '/tmp' : tmpdir()
}
