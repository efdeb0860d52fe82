import { readChannel } from './channels.ts'
import type { Announcement } from './coherence.ts'
import { GuardedStore } from './guarded-store.ts'
import { ReadBatch, type Look } from './read-batch.ts'
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
  readonly #look: Look = (keys, done, failed) => this.store.look(keys, done, failed)
  /** The same, and says so on the channel. */
  readonly #lookAndTell: Look = (keys, done, failed) => {
    const askedAt = performance.now()
    const tellAll = (entries: readonly (StoredEntry | undefined)[], error: unknown) => {
      for (const [index, key] of keys.entries()) this.#tell(key, askedAt, entries[index] !== undefined, error)
    }
    this.store.look(
      keys,
      (entries) => {
        tellAll(entries, undefined)
        done(entries)
      },
      (error) => {
        tellAll([], error)
        failed(error)
      },
    )
  }
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
    const batch = this.batchFor(key, this)
    const place = batch.add(key, this)
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
    return this.#open()
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
    batch.send(readChannel.hasSubscribers ? this.#lookAndTell : this.#look, this.#now)
  }

  async #inBatches<T>(items: readonly T[], run: (some: readonly T[]) => Promise<void>): Promise<void> {
    for (let start = 0; start < items.length; start += this.#maxBatch)
      await run(items.slice(start, start + this.#maxBatch))
  }

  #tell(key: string, askedAt: number, hit: boolean, error: unknown): void {
    const durationMs = performance.now() - askedAt
    const degraded = error !== undefined
    readChannel.publish({ namespace: this.#namespace, key, tier: this.name, hit, durationMs, degraded, error })
  }
}
