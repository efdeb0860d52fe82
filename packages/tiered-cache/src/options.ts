import {
  arrayOf,
  boolean,
  checkOptions,
  instanceOrShape,
  integer,
  milliseconds,
  string,
  type Rule,
  type Rules,
} from '@seawall/options'
import { CoarseClock } from './coarse-clock.ts'
import type { Coherence } from './coherence.ts'
import { freshnessDefaults, freshnessRules, type FreshnessOptions } from './freshness-options.ts'
import type { Freshness } from './freshness.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { SharedTier } from './tier.ts'
import type { Codec } from './values/codec.ts'
import { json } from './values/json.ts'
import type { PayloadRules } from './values/payload.ts'

/** The tiers of a cache, the nearest first: memory, a shared tier or two, or memory over them. */
export type Tiers =
  | readonly [MemoryTier]
  | readonly [SharedTier]
  | readonly [MemoryTier, SharedTier]
  | readonly [SharedTier, SharedTier]
  | readonly [MemoryTier, SharedTier, SharedTier]

/** Options of `createCache`. The freshness options are defaults for each call. */
export interface CacheOptions extends FreshnessOptions {
  /** Where values are kept, the nearest first: memory, a shared tier or two, or memory over them. */
  readonly tiers: Tiers
  /**
   * Stands at the head of every key and tag, so that several caches can share a server. Letters, digits, `.`, `_` and
   * `-`, at most 64 of them.
   */
  readonly namespace: string
  /**
   * The version of what is stored, from 0 to 2^31 - 1. Raise it when its meaning changes: the cache then starts empty, and
   * processes of the old version keep their own. Left out: none.
   */
  readonly version?: number
  /**
   * What tells memory of changes by other processes. Left out: nothing does, and memory asks a shared tier again after a
   * second.
   */
  readonly coherence?: Coherence
  /**
   * How values become bytes for the shared tiers.
   *
   * @default json()
   */
  readonly codec?: Codec
  /**
   * Values of more bytes than this are compressed for the shared tiers: by zstd, or brotli before Node 22.15. Infinity:
   * none is.
   *
   * @default 4_096
   */
  readonly compressOverBytes?: number
  /**
   * The most bytes of one encoded value. `set` refuses a longer one; `getOrSet` hands it on and does not store it.
   *
   * @default 1_048_576
   */
  readonly maxValueBytes?: number
  /**
   * Whether objects and arrays are frozen in depth when they are stored and read, and what cannot be frozen (Date, Map,
   * Set, binary data) is copied for each hit, so that no caller can change what others get. `false` trusts all callers.
   *
   * @default true
   */
  readonly freeze?: boolean
  /**
   * How long a process waits for another that is loading the same key, in milliseconds. After that it loads for itself
   * and stores nothing. Time spent waiting comes before the load, so keep it below what a request may take.
   *
   * @default 2_000
   */
  readonly waitMs?: number
}

const tier: Rule = instanceOrShape('a tier')
const coder = instanceOrShape('a codec', 'encode', 'decode')
const nameOf = (value: unknown) => (value as Partial<Codec>).name
const codec: Rule = {
  must: "a codec with 'encode', 'decode' and a 'name' of 1 to 32 lower-case letters, digits and hyphens",
  isType: (value) => coder.isType(value) && typeof nameOf(value) === 'string',
  isInRange: (value) => /^[a-z\d-]{1,32}$/.test(String(nameOf(value))),
}
const maxVersion = 2 ** 31 - 1

const order: Rule = {
  must: '[memory tier], [shared tier] or [memory tier, shared tier], with at most one more shared tier',
  isType: (value) =>
    arrayOf(tier).isType(value) &&
    /^(memory|(memory,)?shared(,shared)?)$/.test((value as { kind: string }[]).map((one) => one.kind).join()),
}

const cacheRules: Rules<CacheOptions> = {
  ...freshnessRules,
  tiers: order,
  namespace: string('1 to 64 letters, digits, dots, underscores or hyphens', /^[\w.-]{1,64}$/),
  version: integer({ min: 0, max: maxVersion }),
  coherence: instanceOrShape('a coherence', 'open'),
  codec,
  compressOverBytes: {
    must: 'a number of bytes of at least 0, or Infinity',
    isType: (value) => typeof value === 'number',
    isInRange: (value) => Number(value) >= 0,
  },
  maxValueBytes: integer({ min: 1, max: 2 ** 30 }),
  freeze: boolean,
  waitMs: milliseconds(),
}

/** What a cache was told, checked. */
export interface CacheSettings {
  readonly memory: MemoryTier | undefined
  readonly shared: readonly SharedTier[]
  readonly coherence: Coherence | undefined
  /** The namespace, with the version. */
  readonly namespace: string
  /** The longest that memory serves an entry without asking below. */
  readonly memoryTtlMs: number
  readonly freshness: Freshness
  readonly payload: PayloadRules
  readonly waitMs: number
  /** A monotonic clock in milliseconds. */
  readonly now: () => number
  /** The same, cheaper, to about a millisecond: late rather than early. */
  readonly coarseNow: () => number
}

export function checkCacheOptions(options: CacheOptions): CacheSettings {
  checkOptions('create a cache', options, cacheRules, ['tiers', 'namespace'])
  const { tiers, namespace, version, coherence, freeze = true, waitMs = 2_000 } = options
  const { codec = json(), compressOverBytes = 4_096, maxValueBytes = 2 ** 20 } = options
  const all: readonly (MemoryTier | SharedTier)[] = tiers
  const memory = all.find((one) => one.kind === 'memory')
  const shared = all.filter((one) => one.kind === 'shared')
  return {
    memory,
    shared,
    coherence,
    namespace: version === undefined ? namespace : `${namespace}~${version}`,
    memoryTtlMs: memoryTtlMs(memory, shared, coherence),
    freshness: freshnessDefaults(options),
    payload: { codec, compressOver: compressOverBytes, maxBytes: maxValueBytes, freezes: freeze },
    waitMs,
    ...clocks(memory?.now),
  }
}

function clocks(now: (() => number) | undefined): Pick<CacheSettings, 'now' | 'coarseNow'> {
  if (now !== undefined) return { now, coarseNow: now }
  const clock = new CoarseClock()
  return { now: () => performance.now(), coarseNow: () => clock.now() }
}

function memoryTtlMs(
  memory: MemoryTier | undefined,
  shared: readonly SharedTier[],
  coherence: Coherence | undefined,
): number {
  const boundMs = coherence === undefined ? Infinity : (coherence.maxStaleMs ?? Infinity)
  const defaultMs = coherence === undefined && shared.length > 0 ? 1_000 : Infinity
  return Math.min(memory?.ttlMs ?? defaultMs, boundMs)
}
