/*
 * A cache looks through its tiers from the nearest down and calls a loader when none has the value. What makes it right
 * is that nothing that was read is stored without a lease. A lease is taken before the source is read; a delete, a write
 * and every later claim of the key break it; a broken lease stores nothing. So a value that was read before a delete is
 * never stored after it. For a tier the source is what lies below: the next tier, or the loader. Tags work likewise: an
 * entry is bound to the versions that its tags had when its lease was taken, and is readable only while they are equal.
 */
import type { Bond } from './bond.ts'
import type { Announcement } from './coherence.ts'

/** What a tier is given to keep. */
export interface NewEntry {
  /** The value as the cache has encoded it. A tier keeps the bytes as they are; only counters look into them. */
  readonly payload: Uint8Array
  /** How long it is fresh, in milliseconds, at least 0. */
  readonly softMs: number
  /** How long it is kept, stale at last, in milliseconds, at least `softMs` and at least 1. */
  readonly hardMs: number
  /** The tags that invalidate it. */
  readonly tags: readonly string[]
}

/** What a tier hands out. Times are what is left of them by the tier's own clock; hosts' clocks are never compared. */
export interface StoredEntry extends NewEntry {
  /** How long it is still fresh, in milliseconds; below 0: for how long it has been stale. */
  readonly softMs: number
  /** How long it will still be kept, in milliseconds, above 0. */
  readonly hardMs: number
  /** Tells this entry from every other that the key had or will have. Compared for equality only. */
  readonly version: string
  /** The payload as text, where it is UTF-8 and the tier has it so: `payload` may then be made when it is asked for. */
  readonly text?: string | undefined
  /** Where in `text` the payload begins, in UTF-16 units. @default 0 */
  readonly textStart?: number
}

/** Asks for the right to store one value for one key. */
export interface LeaseRequest {
  /** The key. */
  readonly key: string
  /** The tags that the entry will carry. */
  readonly tags: readonly string[]
  /** How long the lease holds at most, in milliseconds. */
  readonly leaseMs: number
  /** How long the entry may be kept, in milliseconds: the versions of its tags must live as long. */
  readonly hardMs: number
  /** The version of an entry that the caller knows and wants to replace: it does not count as a hit. */
  readonly known: string | undefined
}

/** The right to store one value for one key. */
export interface Lease {
  /** The key. */
  readonly key: string
  /** Tells this lease from every other, and becomes the version of the entry that is stored under it. */
  readonly token: string
}

/** The answer to a request for a lease. */
export type Acquired =
  | {
      /** The entry is there, fresh or stale, and is not the one that the caller knows. */
      readonly state: 'hit'
      /** The entry. */
      readonly entry: StoredEntry
    }
  | {
      /** The lease is the caller's. */
      readonly state: 'lease'
      /** The lease, to be filled or released. */
      readonly lease: Lease
    }
  | {
      /** Another holds the lease. */
      readonly state: 'wait'
    }

/** A value for a lease. */
export interface Fill {
  /** The lease, one that `acquire` or `claim` of the same store has given out. */
  readonly lease: Lease
  /** What to store. */
  readonly entry: NewEntry
}

/** A value for a key. */
export interface Write {
  /** The key. */
  readonly key: string
  /** What to store. */
  readonly entry: NewEntry
}

/** How long something lives. */
export interface Lifetime {
  /** How long it is fresh, in milliseconds. */
  readonly softMs: number
  /** How long it is kept, in milliseconds. */
  readonly hardMs: number
}

/** What a tier can do in one step besides: optional, a cache over a tier without it refuses `add`, `incr` and `touch`. */
export interface CounterStore {
  /** Stores an entry unless the key has one, fresh or stale. Breaks the lease of the key when it stores. */
  add(write: Write): Promise<boolean>
  /**
   * Adds to an integer and returns the sum. Integers are kept as their decimal text in ASCII. A key without an entry
   * counts as 0 and gets the lifetime given; an entry keeps its times and tags. Breaks the lease of the key. `undefined`:
   * the entry is not an integer, or the sum would not be a safe one, and nothing has changed.
   */
  increment(key: string, by: number, lifetime: Lifetime): Promise<number | undefined>
  /** Gives an entry another lifetime, counted from now. `false`: there is none. */
  touch(key: string, lifetime: Lifetime): Promise<boolean>
}

/**
 * What a shared tier keeps for one namespace. Keys and tags arrive without the namespace: well-formed text of 1 to 200
 * UTF-16 units, in which any character may stand. The cache coalesces what is asked in one tick into one call, so a call
 * should be one command (one a slot in a cluster). Answers have the order of the questions; a call never has the same key
 * twice. Deadlines and the breaker are the cache's: it stops waiting, and releases a lease that comes too late. What
 * fails rejects; one bad entry is `undefined`, not a failure.
 */
export interface SharedStore {
  /** Whether changes reach the other processes by themselves: the cache then publishes nothing for them. */
  readonly announces: boolean
  /** `add`, `increment`, `touch`, where the tier can. */
  readonly counters?: CounterStore
  /** The entries of keys: neither beyond their hard time nor invalidated. A tag whose version is missing invalidates. */
  read(keys: readonly string[]): Promise<readonly (StoredEntry | undefined)[]>
  /** For each key: its entry unless that is the one known, or its lease unless another holds it. */
  acquire(requests: readonly LeaseRequest[]): Promise<readonly Acquired[]>
  /** Takes the lease of a key, breaking any other. An entry that is there stays readable until the lease is filled. */
  claim(request: LeaseRequest): Promise<Lease>
  /**
   * Stores entries and ends their leases. `false`: the lease was broken or one of the tags was invalidated since, and
   * nothing is stored. An entry may carry a tag that its lease did not name; it is stored only when the tier can tell
   * that the tag was not invalidated since the lease was taken.
   */
  fill(fills: readonly Fill[]): Promise<readonly boolean[]>
  /** Gives leases up. Those that have ended are passed over. */
  release(leases: readonly Lease[]): Promise<void>
  /** Stores entries, whatever is there, and breaks the leases of their keys. */
  write(writes: readonly Write[]): Promise<void>
  /** Removes entries and breaks the leases of their keys. */
  delete(keys: readonly string[]): Promise<void>
  /** Makes entries stale that are fresh, and breaks the leases of their keys. */
  expire(keys: readonly string[]): Promise<void>
  /** Makes every entry with one of these tags unreadable, and those too whose lease was taken before. */
  invalidateTags(tags: readonly string[]): Promise<void>
  /** Makes every entry of the namespace unreadable, and those too whose lease was taken before. In constant time. */
  clear(): Promise<void>
  /**
   * The versions of tags, made where there are none and kept for at least so many milliseconds. Optional: without it a
   * cache has no fragments.
   */
  versions?(tags: readonly string[], leastMs: number): Promise<Bond>
  /** Ends what the store has opened itself. Clients belong to the application. */
  close(): Promise<void>
}

/** When a tier that does not answer is given up, and for how long. */
export interface TierLimits {
  /** How long one operation may take, in milliseconds. */
  readonly timeoutMs: number
  /** After so many failures in a row reads stop asking. */
  readonly breakerFailures: number
  /** For how long they do, in milliseconds. Then one of them tries again. */
  readonly breakerMs: number
}

/** What a store is opened for. */
export interface TierContext {
  /** Stands at the head of every key: letters, digits, `.`, `_`, `-` and `~`, at most 80 of them. */
  readonly namespace: string
  /** What the coherence wants the tier to announce in the same step as a change, if the tier knows that kind. */
  readonly announcement: Announcement | undefined
}

/** A tier that several processes share: `redisTier`, `memcachedTier`, `postgresTier` make one. */
export interface SharedTier {
  /** Tells it from a memory tier. */
  readonly kind: 'shared'
  /** How messages and errors call it: `redis`. */
  readonly name: string
  /** When it is given up. */
  readonly limits: TierLimits
  /** The longest that it keeps an entry fresh, in milliseconds, or `undefined`: as long as the entry says. */
  readonly ttlMs: number | undefined
  /** The most keys that one call should carry. */
  readonly maxBatch: number
  /** The longest payload that it takes, in bytes. */
  readonly maxPayloadBytes: number
  /** Opens the part of the tier that belongs to a namespace. Waits for nothing. */
  open(context: TierContext): SharedStore
}
