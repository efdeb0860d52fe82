import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A PostgreSQL for development and tests. */
export interface DevPostgres {
  /** Its URL, with a password of its own. */
  readonly url: string
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/**
 * Starts an empty PostgreSQL from the package in `node_modules`, which ends when this process does, however that ends.
 *
 * @throws Error when it does not start.
 */
export async function startPostgres(): Promise<DevPostgres> {
  const program = fileURLToPath(new URL('postgres-process.ts', import.meta.url))
  // in a group of its own: Ctrl-C ends the service first, which still answers what is under way
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const first = await Promise.race([once(createInterface(child.stdout), 'line'), ended])
  const url = String(first[0])
  if (!url.startsWith('postgres://')) throw new Error('Cannot start PostgreSQL')
  return {
    url,
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}
