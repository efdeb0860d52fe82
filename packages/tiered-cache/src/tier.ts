/*
 * A cache looks through its tiers from the nearest down and calls a loader when none has the value. What makes it right
 * is that nothing is stored without a lease. A lease is taken before the source is read; a delete of the key and every
 * later claim break it; a broken lease stores nothing. So a value that was read before a delete is never stored after it.
 * Tags work likewise: an entry is bound to the state that its tags had when its lease was taken.
 */

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** Plain JSON data, checked and frozen in depth. */
export interface PlainValue {
  /** The value itself. */
  readonly value: unknown
  /** The value as JSON text, made on first use. */
  json(): string
}

/** What a tier holds for a key. */
export interface Entry {
  /** The value. */
  readonly plain: PlainValue
  /** Milliseconds until it expires: what is left of them when it was read, all of them when it is to be stored. */
  readonly ttlMs: number
  /** The tags that invalidate it, encoded. */
  readonly tags: readonly string[]
}

/** The right to store one value for one key. */
export interface Lease {
  /**
   * Stores the entry and ends the lease. `false`: the lease was broken meanwhile and nothing is stored. A tag that was not
   * named when the lease was taken is refused in this way by shared tiers.
   */
  fill(entry: Entry): Awaitable<boolean>
  /** Gives the lease up without storing anything. Does nothing when it has ended. */
  release(): Awaitable<void>
}

/** What a lease is taken for. */
export interface LeaseTerms {
  /** The tags that the entry will carry, encoded. */
  readonly tags: readonly string[]
  /** The time to live that the entry will have. */
  readonly ttlMs: number
  /** How long the lease holds at most. */
  readonly leaseMs: number
}

/** The answer to a request for a lease. */
export type Acquired =
  | {
      /** The entry is there. */
      readonly state: 'hit'
      /** The entry. */
      readonly entry: Entry
    }
  | {
      /** The lease is the caller's. */
      readonly state: 'lease'
      /** The lease, to be filled or released. */
      readonly lease: Lease
    }
  | {
      /** Another process holds the lease. */
      readonly state: 'wait'
    }

/** What all tiers have in common. Keys and tags arrive encoded and with their namespace. */
export interface Tier {
  /** How messages and errors call it: `memory`, `redis`. */
  readonly name: string
  /** The entry of a key that has neither expired nor been invalidated. */
  read(key: string): Awaitable<Entry | undefined>
  /** Takes the lease of a key, breaking any other. An entry that is there stays readable until the lease is filled. */
  claim(key: string, terms: LeaseTerms): Awaitable<Lease>
  /** Removes the entry of a key and breaks its lease. */
  delete(key: string): Awaitable<void>
  /** Makes every entry with one of these tags unreadable, and those too whose lease was taken before. */
  deleteTags(tags: readonly string[]): Awaitable<void>
  /** Ends what is under way, within the deadlines of the tier. */
  close(): Awaitable<void>
}

/** A tier in this process: it answers at once. */
export interface MemoryTier extends Tier {
  /** Tells it from a shared tier. */
  readonly kind: 'memory'
  /** The longest that an entry may be served, or `undefined` for the default. */
  readonly ttlMs: number | undefined
  read(key: string): Entry | undefined
  claim(key: string): MemoryLease
  delete(key: string): void
  deleteTags(tags: readonly string[]): void
  close(): void
}

/** A lease of a memory tier. */
export interface MemoryLease extends Lease {
  fill(entry: Entry): boolean
  release(): void
}

/** A tier that several processes share. Each promise settles within the tier's deadline. */
export interface SharedTier extends Tier {
  /** Tells it from a memory tier. */
  readonly kind: 'shared'
  read(key: string): Promise<Entry | undefined>
  claim(key: string, terms: LeaseTerms): Promise<Lease>
  delete(key: string): Promise<void>
  deleteTags(tags: readonly string[]): Promise<void>
  close(): Promise<void>
  /** Takes the lease of a key unless there is an entry or another holds the lease. */
  acquire(key: string, terms: LeaseTerms): Promise<Acquired>
}
