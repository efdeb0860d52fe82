import { arrayOf, checkOptions, either, integer, milliseconds, oneOf, record, secret, string } from '@seawall/options'
import type { PostgresCursorConstructor } from 'kysely'
import type { PoolOptions } from './options.ts'

/** Where one replica is. What is left out is as for the primary. */
export type ReplicaSettings = Pick<PoolOptions, 'connectionString' | 'connection' | 'max' | 'applicationName'>

/** A time for which a request reads from the primary after a write. */
export interface PrimaryAfterWrite {
  /** How long, in milliseconds. */
  readonly ms: number
}

/** Which statements go to replicas. */
export interface ReplicaOptions {
  /**
   * Streaming replicas: a connection string each, or an object. Selects that Kysely has built go to them outside of
   * transactions, except `for update` and the like; all else goes to the primary.
   */
  readonly replicas?: readonly (string | ReplicaSettings)[]
  /**
   * How a request sees what it has written: by `'lsn'` it reads from a replica as soon as that has replayed its writes; with
   * `{ ms }` it reads from the primary for so long after a write; `false` promises nothing. See `inRequest`.
   *
   * @default 'lsn'
   */
  readonly readYourWrites?: 'lsn' | PrimaryAfterWrite | false
  /**
   * How far behind the primary a replica may be, in milliseconds, to be read from.
   *
   * @default 10_000
   */
  readonly maxLagMs?: number
  /** The same in bytes of the write-ahead log; no limit by default. */
  readonly maxLagBytes?: number
  /**
   * How often each server is asked how far it is, in milliseconds, over a connection of its own.
   *
   * @default 500
   */
  readonly lagCheckMs?: number
}

/** Options of a database: those of its pool, its replicas, and what only Kysely needs. */
export interface DatabaseOptions extends PoolOptions, ReplicaOptions {
  /** The class that streams rows, `Cursor` of `pg-cursor`: Kysely's `stream()` needs it. */
  readonly cursor?: PostgresCursorConstructor
}

/** {@link ReplicaOptions} with their defaults. */
export type ReplicaRules = Required<Omit<ReplicaOptions, 'replicas' | 'maxLagBytes'>> & { readonly maxLagBytes: number }

/** A database's options, taken apart. */
export interface SplitOptions {
  /** Of the primary's pool. */
  readonly pool: PoolOptions
  /** Of each replica's pool. */
  readonly replicas: readonly PoolOptions[]
  /** Which statements go where. */
  readonly rules: ReplicaRules
}

/**
 * Takes a database's options apart.
 *
 * @throws TypeError or RangeError for a bad option of the replicas; those of the pools are checked when these are made.
 */
export function splitOptions(options: Omit<DatabaseOptions, 'cursor'>): SplitOptions {
  const { replicas = [], readYourWrites = 'lsn', maxLagMs = 10_000, maxLagBytes, lagCheckMs = 500, ...pool } = options
  const given = { replicas, readYourWrites, maxLagMs, maxLagBytes, lagCheckMs }
  checkOptions('create a database', given, {
    replicas: secret(arrayOf(either(string(), record()), 'an array of connection strings or objects')),
    readYourWrites: either(oneOf('lsn', false), record('{ ms }')),
    maxLagMs: milliseconds({ min: 1 }),
    maxLagBytes: integer({ min: 1 }),
    lagCheckMs: milliseconds({ min: 10 }),
  })
  if (typeof readYourWrites === 'object')
    checkOptions("create a database's readYourWrites", readYourWrites, { ms: milliseconds() }, ['ms'])
  const rules = { readYourWrites, maxLagMs, maxLagBytes: maxLagBytes ?? Infinity, lagCheckMs }
  return { pool, replicas: replicas.map((replica) => replicaPool(pool, replica)), rules }
}

/** A read that gets no connection to one replica soon is asked elsewhere. */
const replicaPatienceMs = 1000

function replicaPool(primary: PoolOptions, replica: string | ReplicaSettings): PoolOptions {
  const { connectionString: _, connection: __, acquireTimeoutMs = replicaPatienceMs, ...shared } = primary
  const patient = { ...shared, acquireTimeoutMs: Math.min(acquireTimeoutMs, replicaPatienceMs) }
  return typeof replica === 'string' ? { ...patient, connectionString: replica } : { ...patient, ...replica }
}
