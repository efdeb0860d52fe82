import { bindTags, unnamedTags, type Bond } from '../bond.ts'
import type { Change } from '../coherence.ts'
import type { Acquired, CounterStore, Fill, Lease, LeaseRequest, SharedStore, StoredEntry, Write } from '../tier.ts'
import { createToken } from '../token.ts'
import { entryBatches, valuesOfBatch, type BoundEntry } from './entry-batches.ts'
import { PostgresCounters } from './postgres-counters.ts'
import type { PostgresParts } from './postgres-parts.ts'
import type { Found } from './postgres-reader.ts'
import { withNews } from './postgres-sql.ts'

/** What PostgreSQL keeps for one namespace. */
export class PostgresStore implements SharedStore {
  readonly announces: boolean
  readonly counters: CounterStore
  readonly #parts: PostgresParts
  /** What held when a lease was taken. */
  readonly #bondOf = new WeakMap<Lease, Bond>()
  /** Called once, when the store is closed. */
  readonly #closed: () => void

  constructor(parts: PostgresParts, closed: () => void) {
    this.#parts = parts
    this.announces = parts.news.announces
    this.counters = new PostgresCounters(parts)
    this.#closed = closed
  }

  async read(keys: readonly string[]): Promise<(StoredEntry | undefined)[]> {
    return (await this.#parts.reader.find(keys)).map(({ entry }) => entry)
  }

  async acquire(requests: readonly LeaseRequest[]): Promise<Acquired[]> {
    const leastMs = Math.max(...requests.map(({ hardMs, leaseMs }) => hardMs + leaseMs))
    const [bond, found] = await Promise.all([
      this.#parts.bonds.bond([...new Set(requests.flatMap(({ tags }) => tags))], leastMs),
      this.#parts.reader.find(requests.map(({ key }) => key)),
    ])
    const hits = requests.map(({ known }, index) => hitOf(found[index], known))
    const asking = requests.flatMap((request, index) =>
      hits[index] === undefined ? [{ request, token: createToken(), known: found[index]?.version ?? '' }] : [],
    )
    if (asking.length === 0) return hits as Acquired[]
    const { pool, keys, statements } = this.#parts
    const { rows } = await pool.query(statements.acquire, [
      asking.map(({ request }) => keys.entry(request.key)),
      asking.map(({ token }) => token),
      asking.map(({ request }) => request.leaseMs),
      asking.map(({ known }) => known),
    ])
    const granted = new Set((rows as { lease: string }[]).map(({ lease }) => lease))
    const tokens = new Map(asking.map(({ request, token }) => [request, token]))
    return requests.map((request, index): Acquired => {
      const token = tokens.get(request) ?? ''
      const lease: Acquired = granted.has(token)
        ? { state: 'lease', lease: this.#lease(request.key, token, bond) }
        : { state: 'wait' }
      return hits[index] ?? lease
    })
  }

  async claim({ key, tags, leaseMs, hardMs }: LeaseRequest): Promise<Lease> {
    const { pool, keys, statements, bonds } = this.#parts
    const token = createToken()
    const [bond] = await Promise.all([
      bonds.bond(tags, hardMs + leaseMs),
      pool.query(statements.claim, [keys.entry(key), token, leaseMs]),
    ])
    return this.#lease(key, token, bond)
  }

  async fill(fills: readonly Fill[]): Promise<boolean[]> {
    const asked = await Promise.all(fills.map((fill) => this.#bind(fill)))
    const batches = entryBatches(asked.filter((one) => one !== undefined))
    const stored = new Set((await Promise.all(batches.map((batch) => this.#fill(batch)))).flat())
    return fills.map(({ lease }) => stored.has(lease))
  }

  async release(leases: readonly Lease[]): Promise<void> {
    const { pool, keys, statements } = this.#parts
    const names = leases.map(({ key }) => keys.entry(key))
    await pool.query(statements.release, [names, leases.map(({ token }) => token)])
  }

  async write(writes: readonly Write[]): Promise<void> {
    const tags = [...new Set(writes.flatMap(({ entry }) => entry.tags))]
    const bond = await this.#parts.bonds.bond(tags, Math.max(...writes.map(({ entry }) => entry.hardMs)))
    const batches = entryBatches(
      writes.map(({ key, entry }) => {
        const bound = bindTags(entry.tags, bond, bond) ?? { generation: bond.generation, pairs: [] }
        return { key, entry, bound }
      }),
    )
    const { keys, statements } = this.#parts
    await Promise.all(
      batches.map((batch) => {
        const change: Change = { kind: 'keys', keys: batch.map(({ key }) => key) }
        return this.#change(statements.putAll, valuesOfBatch(keys, batch), change)
      }),
    )
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#change(this.#parts.statements.delete, [this.#entries(keys)], { kind: 'keys', keys })
  }

  expire(keys: readonly string[]): Promise<void> {
    return this.#change(this.#parts.statements.expire, [this.#entries(keys)], { kind: 'keys', keys })
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    const { pool, keys, statements } = this.#parts
    const { rows } = await pool.query(statements.freeEpoch, [keys.epochs])
    const [free] = rows as { key: Buffer }[]
    const names = [free?.key ?? keys.epochs[0], ...tags.map((tag) => keys.tag(tag))]
    await this.#change(statements.setVersions, [names, createToken()], { kind: 'tags', tags })
  }

  clear(): Promise<void> {
    const { keys, statements } = this.#parts
    return this.#change(statements.setVersions, [[keys.generation], createToken()], { kind: 'all' })
  }

  versions(tags: readonly string[], leastMs: number): Promise<Bond> {
    return this.#parts.bonds.bond(tags, leastMs)
  }

  async close(): Promise<void> {
    this.#closed()
  }

  /** What a fill may store, or `undefined`: one of its tags may have been invalidated since. */
  async #bind({ lease, entry }: Fill) {
    const bond = this.#bondOf.get(lease)
    if (bond === undefined) return undefined
    const unnamed = unnamedTags(entry.tags, bond)
    const now = unnamed.length === 0 ? undefined : await this.#parts.bonds.bond(unnamed, entry.hardMs)
    const bound = bindTags(entry.tags, bond, now)
    return bound && { key: lease.key, lease, entry, bound }
  }

  /** The leases under which something was stored. */
  async #fill(batch: readonly (BoundEntry & { readonly lease: Lease })[]): Promise<Lease[]> {
    const { pool, keys, statements } = this.#parts
    const tokens = batch.map(({ lease }) => lease.token)
    const { rows } = await pool.query(statements.fillAll, [...valuesOfBatch(keys, batch), tokens, keys.generation])
    const stored = new Set((rows as { key: Buffer }[]).map(({ key }) => key.toString()))
    return batch.flatMap(({ lease }) => (stored.has(keys.entry(lease.key).toString()) ? [lease] : []))
  }

  async #change(statement: string, values: unknown[], change: Change): Promise<void> {
    const { pool, news } = this.#parts
    await pool.query(withNews(statement, values.length + 1), [...values, ...news.of(change)])
  }

  #entries(keys: readonly string[]): Buffer[] {
    return keys.map((key) => this.#parts.keys.entry(key))
  }

  #lease(key: string, token: string, bond: Bond): Lease {
    const lease = { key, token }
    this.#bondOf.set(lease, bond)
    return lease
  }
}

function hitOf(found: Found | undefined, known: string | undefined): Acquired | undefined {
  const entry = found?.entry
  return entry === undefined || entry.version === known ? undefined : { state: 'hit', entry }
}
