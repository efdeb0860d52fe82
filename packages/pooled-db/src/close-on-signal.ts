import { arrayOf, checkOptions, fn, instanceOrShape, milliseconds, oneOf, secret } from '@seawall/options'
import { summaryOf } from './channels.ts'
import type { Pool } from './pool.ts'

const known = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/** What closes, and how. */
export interface CloseOnSignalOptions {
  /**
   * The signals that ask the process to end.
   *
   * @default ['SIGTERM', 'SIGINT']
   */
  readonly signals?: readonly (typeof known)[number][]
  /** What has to end first, as long as the pool still works: `() => new Promise((done) => server.close(done))`. */
  readonly before?: () => unknown
  /**
   * How long `before` may take, in milliseconds, and after it the borrowers of each pool.
   *
   * @default 10_000
   */
  readonly graceMs?: number
}

/** What is needed of a database to close it. */
export interface ClosableDatabase {
  /** Its pool. */
  readonly pool: Pool
  /** The pools of its replicas. */
  readonly replicaPools: readonly Pool[]
  /** Closes what else it has. */
  destroy(): Promise<void>
}

/**
 * Closes a database when the process is asked to end: first what `before` ends, then the pools, each within its time. The
 * process then ends by the signal, as it would have without this; a second signal ends it at once.
 *
 * @returns A function that ends the watch.
 * @throws TypeError or RangeError for a bad option.
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { closeOnSignal, createPool } from '@seawall/pooled-db'
 *
 * const server = createServer()
 * const pool = createPool({ connectionString: 'postgres://localhost/shop' })
 * const stop = closeOnSignal(pool, { before: () => new Promise((done) => server.close(done)) })
 * stop()
 * ```
 */
export function closeOnSignal(database: Pool | ClosableDatabase, options: CloseOnSignalOptions = {}): () => void {
  checkOptions('close on a signal', options, {
    signals: arrayOf(oneOf(...known), `an array of ${known.join(', ')}`),
    before: fn(),
    graceMs: milliseconds(),
  })
  const { pool = database } = (database ?? {}) as Partial<ClosableDatabase>
  const closable = secret(instanceOrShape('a database of createDatabase, or a pool', 'close'))
  checkOptions('close on a signal', { database: pool }, { database: closable }, ['database'])
  const { signals = ['SIGTERM', 'SIGINT'], before = () => {}, graceMs = 10_000 } = options
  const forget = (): void => {
    for (const signal of signals) process.off(signal, close)
  }
  const close = (signal: NodeJS.Signals): void => {
    // The next one finds Node's own way to end.
    forget()
    const end = (): void => void process.kill(process.pid, signal)
    closeAll(database, before, graceMs).then(end, end)
  }
  for (const signal of signals) process.on(signal, close)
  return forget
}

async function closeAll(database: Pool | ClosableDatabase, before: () => unknown, graceMs: number): Promise<void> {
  await within(graceMs, before)
  const pools = 'pool' in database ? [database.pool, ...database.replicaPools] : [database]
  await Promise.all(pools.map((pool) => pool.close({ graceMs })))
  if ('destroy' in database) await database.destroy()
}

/** What fails here must not keep the database from being closed; what hangs must not either. */
async function within(limitMs: number, run: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))
  try {
    await Promise.race([run(), limit])
  } catch (error) {
    const { name, code } = summaryOf(error)
    process.emitWarning(`What was to end before the database has failed: ${code ?? name}`, 'CloseOnSignalWarning')
  } finally {
    clearTimeout(timer)
  }
}
