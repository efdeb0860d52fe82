import type { Bound } from '../bond.ts'
import type { Lifetime, StoredEntry } from '../tier.ts'
import { createToken } from '../token.ts'
import type { PostgresKeys } from './postgres-keys.ts'
import type { PostgresQueryable } from './postgres-pool.ts'
import type { Statements } from './postgres-sql.ts'

/** What lies under a key. */
export interface Found {
  /** The entry, unless it is invalid or over. */
  readonly entry: StoredEntry | undefined
  /** The version of what lies there; `''` where nothing does. */
  readonly version: string
}

interface EntryRow {
  readonly key: Buffer
  readonly version: string | null
  readonly payload: Buffer
  readonly tags: readonly Buffer[] | null
  readonly is_live: boolean | null
  readonly soft_ms: number
  readonly hard_ms: number
}

/** Reads entries, in one statement. */
export class PostgresReader {
  readonly #pool: PostgresQueryable
  readonly #keys: PostgresKeys
  readonly #statements: Statements

  constructor(pool: PostgresQueryable, keys: PostgresKeys, statements: Statements) {
    this.#pool = pool
    this.#keys = keys
    this.#statements = statements
  }

  async find(keys: readonly string[]): Promise<Found[]> {
    const names = keys.map((key) => this.#keys.entry(key))
    const { rows } = await this.#pool.query(this.#statements.read, [this.#keys.generation, names])
    const byName = new Map((rows as EntryRow[]).map((row) => [row.key.toString(), row]))
    return names.map((name) => this.#open(byName.get(name.toString())))
  }

  #open(row: EntryRow | undefined): Found {
    if (row === undefined) return { entry: undefined, version: '' }
    const { payload, soft_ms: softMs, hard_ms: hardMs, tags } = row
    const version = row.version ?? ''
    if (row.is_live !== true || !(hardMs > 0)) return { entry: undefined, version }
    const texts = (tags ?? []).map((tag) => this.#keys.tagOf(tag))
    return { entry: { payload, softMs, hardMs, tags: texts, version }, version }
  }
}

/** What the statements that store an entry are given. */
export function valuesOf(
  keys: PostgresKeys,
  key: string,
  { softMs, hardMs }: Lifetime,
  bound: Bound,
  payload: Uint8Array,
): unknown[] {
  return [
    keys.entry(key),
    createToken(),
    Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    bound.generation,
    bound.pairs.map(([tag]) => keys.tag(tag)),
    bound.pairs.map(([, version]) => version),
    softMs,
    hardMs,
  ]
}
