import { readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/** Whether this process is root, as which PostgreSQL, PgBouncer and Memcached refuse to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** An account by numbers and by names. */
export interface Account {
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly group: string
}

/** The account in whose name root runs the servers that refuse root. */
export function unprivilegedAccount(): Account {
  const rowsOf = (file: string): string[][] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((row) => row.split(':'))
  const [user = 'nobody', , uid = '65534', gid = '65534'] =
    rowsOf('/etc/passwd').find(([name]) => name === 'nobody') ?? []
  const [group = user] = rowsOf('/etc/group').find(([, , id]) => id === gid) ?? []
  return { uid: Number(uid), gid: Number(gid), user, group }
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
