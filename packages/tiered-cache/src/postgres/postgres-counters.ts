import type { CounterStore, Lifetime, Write } from '../tier.ts'
import { valuesOf } from './postgres-reader.ts'
import { withNews } from './postgres-sql.ts'
import type { PostgresParts } from './postgres-parts.ts'

/** Additions, counters and new lifetimes, each in one statement. */
export class PostgresCounters implements CounterStore {
  readonly #parts: PostgresParts

  constructor(parts: PostgresParts) {
    this.#parts = parts
  }

  async add({ key, entry }: Write): Promise<boolean> {
    const { keys, statements, bonds } = this.#parts
    const { generation, versions } = await bonds.bond(entry.tags, entry.hardMs)
    const pairs = entry.tags.map((tag) => [tag, versions.get(tag) ?? ''] as const)
    const values = valuesOf(keys, key, entry, { generation, pairs }, entry.payload)
    return (await this.#change(statements.add, key, values)) !== undefined
  }

  async increment(key: string, by: number, lifetime: Lifetime): Promise<number | undefined> {
    const { keys, statements, bonds } = this.#parts
    const { generation } = await bonds.bond([], lifetime.hardMs)
    const made = valuesOf(keys, key, lifetime, { generation, pairs: [] }, Buffer.from(String(by)))
    const row = await this.#change(statements.increment, key, [...made, by])
    const payload = row?.['payload']
    return Buffer.isBuffer(payload) ? Number(payload.toString()) : undefined
  }

  async touch(key: string, { softMs, hardMs }: Lifetime): Promise<boolean> {
    const { keys, statements } = this.#parts
    const values = [keys.entry(key), keys.generation, softMs, hardMs]
    return (await this.#change(statements.touch, key, values)) !== undefined
  }

  /** The row that the statement returns, if it does. */
  async #change(statement: string, key: string, values: unknown[]): Promise<Record<string, unknown> | undefined> {
    const { pool, news } = this.#parts
    const told = news.of({ kind: 'keys', keys: [key] })
    const { rows } = await pool.query(withNews(statement, values.length + 1), [...values, ...told])
    const [row] = rows as Record<string, unknown>[]
    return row === undefined || Object.values(row).every((value) => value === null) ? undefined : row
  }
}
