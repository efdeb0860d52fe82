import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Releases the System V segment which PostgreSQL guards its data folder with. PostgreSQL does so itself, unless it is
 * ended by SIGKILL: then its lock file is still there, and names the segment in its seventh line.
 */
export function releaseSharedMemory(folder: string): void {
  let lock: string
  try {
    lock = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8')
  } catch {
    return
  }
  const segment = lock.split('\n')[6]?.trim().split(/\s+/)[1]
  if (segment !== undefined) spawnSync('ipcrm', ['-m', segment], { timeout: 1000 })
}
