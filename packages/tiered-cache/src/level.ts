import { readChannel } from './channels.ts'
import type { Announcement } from './coherence.ts'
import { GuardedStore } from './guarded-store.ts'
import { ReadBatch, type AskTier } from './read-batch.ts'
import { atEndOfTick, TickBatch } from './tick-batch.ts'
import type { Acquired, Fill, LeaseRequest, Lifetime, NewEntry, SharedTier, StoredEntry, Write } from './tier.ts'

/** A shared tier as one cache uses it: behind its guard, with what is asked in one tick gathered into one call. */
export class Level {
  readonly name: string
  /** What is rarely asked goes to the store itself. */
  readonly store: GuardedStore
  readonly maxPayloadBytes: number
  /** Reads that it has answered with a fresh value. */
  hits = 0
  readonly #namespace: string
  /** The most keys of one call. */
  readonly #maxBatch: number
  /** The longest that an entry stays fresh here. */
  readonly #ttlMs: number
  readonly #now: () => number
  readonly #ask: AskTier = (...asked) => this.store.look(...asked)
  readonly #askAndTell: AskTier = (...asked) => this.#lookAndTell(...asked)
  /** What is being read in this tick. */
  #reads: ReadBatch | undefined
  readonly #acquires: TickBatch<LeaseRequest, Acquired>
  readonly #fills: TickBatch<Fill, boolean>

  constructor(tier: SharedTier, namespace: string, announcement: Announcement | undefined, now: () => number) {
    this.name = tier.name
    this.maxPayloadBytes = tier.maxPayloadBytes
    this.#namespace = namespace
    this.#maxBatch = tier.maxBatch
    this.#ttlMs = tier.ttlMs ?? Infinity
    const store = new GuardedStore(tier.name, tier.open({ namespace, announcement }), tier.limits)
    this.store = store
    this.#now = now
    this.#acquires = new TickBatch(
      (requests) => store.acquire(requests),
      (request) => request.key,
      tier.maxBatch,
    )
    this.#fills = new TickBatch(
      (fills) => store.fill(fills),
      (fill) => fill.lease.key,
      tier.maxBatch,
    )
  }

  read(key: string): Promise<StoredEntry | undefined> {
    // Nothing is shared before it comes here: each is an asker of its own.
    const asker = {}
    const batch = this.batchFor(key, asker)
    const place = batch.add(key, asker)
    return batch.told.then(() => {
      if (batch.failure !== undefined) throw batch.failure.error
      return batch.entries[place]
    })
  }

  /** What carries the reads of this tick, for a key that this asker is to add to it. */
  batchFor(key: string, asker: object): ReadBatch {
    const batch = this.#reads
    if (batch === undefined) return this.#open()
    if (batch.keys.length < this.#maxBatch && !batch.has(key, asker)) return batch
    this.#send(batch)
    return this.batchFor(key, asker)
  }

  /** Keys were forgotten: who asks for them again in this tick is not joined with those who asked before. */
  partFromEarlier(): void {
    this.#reads?.partFromEarlier()
  }

  acquire(request: LeaseRequest): Promise<Acquired> {
    return this.#acquires.ask(request)
  }

  fill(fill: Fill): Promise<boolean> {
    return this.#fills.ask({ lease: fill.lease, entry: this.limit(fill.entry) })
  }

  write(writes: readonly Write[]): Promise<void> {
    return this.#inBatches(writes, (some) =>
      this.store.write(some.map(({ key, entry }) => ({ key, entry: this.limit(entry) }))),
    )
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#inBatches(keys, (some) => this.store.delete(some))
  }

  /** The entry as this tier is to keep it. */
  limit<T extends Lifetime>(entry: T): T {
    if (entry.softMs <= this.#ttlMs) return entry
    return { ...entry, softMs: this.#ttlMs, hardMs: entry.hardMs - entry.softMs + this.#ttlMs }
  }

  /** Whether the tier takes the entry. */
  takes(entry: NewEntry): boolean {
    return entry.payload.byteLength <= this.maxPayloadBytes
  }

  #open(): ReadBatch {
    const batch = new ReadBatch()
    this.#reads = batch
    atEndOfTick(() => this.#send(batch))
    return batch
  }

  #send(batch: ReadBatch): void {
    // It was full, and is sent already.
    if (this.#reads !== batch) return
    this.#reads = undefined
    batch.send(readChannel.hasSubscribers ? this.#askAndTell : this.#ask, this.#now)
  }

  async #inBatches<T>(items: readonly T[], run: (some: readonly T[]) => Promise<void>): Promise<void> {
    for (let start = 0; start < items.length; start += this.#maxBatch)
      await run(items.slice(start, start + this.#maxBatch))
  }

  /** Asks, and says so on the channel for each key. */
  #lookAndTell(...[keys, done, failed]: Parameters<AskTier>): void {
    const askedAt = performance.now()
    this.store.look(
      keys,
      (entries) => {
        done(entries)
        for (const [index, key] of keys.entries()) this.#tell(key, askedAt, entries?.[index] !== undefined, undefined)
      },
      (error) => {
        failed(error)
        for (const key of keys) this.#tell(key, askedAt, false, error)
      },
    )
  }

  #tell(key: string, askedAt: number, hit: boolean, error: unknown): void {
    const durationMs = performance.now() - askedAt
    const degraded = error !== undefined
    readChannel.publish({ namespace: this.#namespace, key, tier: this.name, hit, durationMs, degraded, error })
  }
}
