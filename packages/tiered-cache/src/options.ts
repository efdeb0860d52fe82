import {
  arrayOf,
  checkOptions,
  fn,
  instanceOrShape,
  integer,
  milliseconds,
  string,
  type Rule,
  type Rules,
} from '@seawall/options'
import type { MemoryTier, SharedTier } from './tier.ts'

/** The tiers of a cache, the nearest first: memory, a shared one, or memory over a shared one. */
export type Tiers = readonly [MemoryTier] | readonly [SharedTier] | readonly [MemoryTier, SharedTier]

/** Options of `createCache`. */
export interface CacheOptions {
  /** Where values are kept, the nearest first: memory, a shared tier, or memory over a shared tier. */
  readonly tiers: Tiers
  /**
   * Stands at the head of every key and tag, so that several caches can share a server. Letters, digits, `.`, `_` and
   * `-`, at most 64 of them. Change it when the meaning of what is stored changes: the cache then starts empty.
   */
  readonly namespace: string
  /**
   * How long an entry lives when the call does not say, in milliseconds.
   *
   * @default 60_000
   */
  readonly ttlMs?: number
  /**
   * How long a load may take and still be stored in a shared tier, in milliseconds. Later callers no longer join a load
   * that has run for longer; the first of them starts another.
   *
   * @default 10_000
   */
  readonly leaseMs?: number
  /**
   * How long a process waits for another that is loading the same key, in milliseconds. After that it loads for itself
   * and stores nothing. Time spent waiting comes before the load, so keep it below what a request may take.
   *
   * @default 2_000
   */
  readonly waitMs?: number
}

/** Options of one entry. */
export interface EntryOptions {
  /** How long it lives, in milliseconds, 1 to 2^31 - 1. Left out: `ttlMs` of the cache. */
  readonly ttlMs?: number
  /** What `invalidateTags` finds it by, at most 32. Give the same tags wherever the same key is loaded. */
  readonly tags?: readonly string[]
}

/** Options of `memoryTier`. */
export interface MemoryTierOptions {
  /** The most entries held, at least 1. The one used least recently makes room. */
  readonly maxEntries: number
  /**
   * The most bytes held, counted as keys and JSON text in UTF-8; the objects themselves take a few times that. An entry
   * that alone exceeds it is not held. Left out: entries alone are counted.
   */
  readonly maxBytes?: number
  /**
   * The longest that an entry is served from memory, in milliseconds, whatever its own time to live. Over a shared tier
   * it bounds how long this process may serve what another has deleted or replaced.
   *
   * @default 1_000 over a shared tier, otherwise the entry's own time to live
   */
  readonly ttlMs?: number
  /**
   * A monotonic clock in milliseconds, for tests.
   *
   * @default performance.now
   */
  readonly now?: () => number
}

/** Options of `redisTier`. */
export interface RedisTierOptions {
  /**
   * How long one operation may take, in milliseconds, reconnecting included. Afterwards reads are misses and writes fail.
   *
   * @default 100
   */
  readonly timeoutMs?: number
  /**
   * After so many failures in a row reads stop asking Redis for `breakerMs`.
   *
   * @default 3
   */
  readonly breakerFailures?: number
  /**
   * For how long reads do not ask Redis once it has failed, in milliseconds. Then one of them tries again.
   *
   * @default 1_000
   */
  readonly breakerMs?: number
}

const tier: Rule = instanceOrShape('a tier', 'read', 'claim', 'delete', 'deleteTags', 'close')
const someMs = milliseconds({ min: 1 })
const order: Rule = {
  must: '[memory tier], [shared tier] or [memory tier, shared tier]',
  isType: (value) =>
    arrayOf(tier).isType(value) &&
    /^(memory|shared|memory,shared)$/.test((value as { kind: string }[]).map((one) => one.kind).join()),
}

const cacheRules: Rules<CacheOptions> = {
  tiers: order,
  namespace: string('1 to 64 letters, digits, dots, underscores or hyphens', /^[\w.-]{1,64}$/),
  ttlMs: someMs,
  leaseMs: someMs,
  waitMs: milliseconds(),
}

const entryRules: Rules<EntryOptions> = {
  ttlMs: someMs,
  tags: {
    ...arrayOf(string(), 'an array of at most 32 strings that are not empty'),
    isInRange: (value) => (value as string[]).length <= 32 && !(value as string[]).includes(''),
  },
}

const memoryRules: Rules<MemoryTierOptions> = {
  maxEntries: integer({ min: 1, max: 2 ** 24 }),
  maxBytes: integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  ttlMs: someMs,
  now: fn('a function that returns milliseconds'),
}

const redisRules: Rules<RedisTierOptions> = {
  timeoutMs: someMs,
  breakerFailures: integer({ min: 1, max: 1_000 }),
  breakerMs: someMs,
}

/** What a cache was told, checked. */
export interface CacheSettings extends Required<Omit<CacheOptions, 'tiers'>> {
  readonly memory: MemoryTier | undefined
  readonly shared: SharedTier | undefined
  /** The longest that an entry is served from memory. */
  readonly memoryTtlMs: number
}

export function checkCacheOptions(options: CacheOptions): CacheSettings {
  checkOptions('create a cache', options, cacheRules, ['tiers', 'namespace'])
  const { tiers, namespace, ttlMs = 60_000, leaseMs = 10_000, waitMs = 2_000 } = options
  const [first, second] = tiers
  const memory = first.kind === 'memory' ? first : undefined
  const shared = first.kind === 'shared' ? first : second
  const memoryTtlMs = memory?.ttlMs ?? (shared === undefined ? Infinity : 1_000)
  return { memory, shared, memoryTtlMs, namespace, ttlMs, leaseMs, waitMs }
}

export function checkEntryOptions(action: string, options: EntryOptions, defaultTtlMs: number): Required<EntryOptions> {
  checkOptions(action, options, entryRules)
  const { ttlMs = defaultTtlMs, tags = [] } = options
  return { ttlMs, tags }
}

export function checkMemoryTierOptions(options: MemoryTierOptions) {
  checkOptions('create a memory tier', options, memoryRules, ['maxEntries'])
  const { maxEntries, maxBytes, ttlMs, now = () => performance.now() } = options
  return { maxEntries, maxBytes, ttlMs, now }
}

export function checkRedisTierOptions(options: RedisTierOptions): Required<RedisTierOptions> {
  checkOptions('create a Redis tier', options, redisRules)
  const { timeoutMs = 100, breakerFailures = 3, breakerMs = 1_000 } = options
  return { timeoutMs, breakerFailures, breakerMs }
}
