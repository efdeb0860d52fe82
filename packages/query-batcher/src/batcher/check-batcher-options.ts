import {
  boolean,
  checkOptions,
  either,
  fn,
  instanceOrShape,
  integer,
  milliseconds,
  oneOf,
  record,
  type Rule,
} from '@seawall/options'
import type { CacheMap } from './batch-load-fn.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { BatcherOptions } from './batcher-options.ts'
import { type Deadlines, deadlinesOf } from './deadlines.ts'
import { ownSchedule, scheduler } from './schedule.ts'

const count: Rule = {
  must: 'a number of at least 1',
  isType: (value) => typeof value === 'number',
  isInRange: (value) => (value as number) >= 1,
}
const places: Rule = {
  must: 'an integer of at least 1, or Infinity',
  isType: (value) => typeof value === 'number',
  isInRange: (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 1),
}
const nothing: Rule = { must: 'null', isType: (value) => value === null }
const rules = {
  batch: boolean,
  maxBatchSize: count,
  batchScheduleFn: fn('a function that takes a function'),
  schedule: either(oneOf('tick', 'manual'), record("an object with 'windowMs'")),
  cache: either(boolean, oneOf('batch'), record('an object of bounds')),
  cacheKeyFn: fn('a function of a key'),
  cacheMap: either(nothing, instanceOrShape('a Map or its like', 'get', 'set', 'delete', 'clear')),
  name: either(nothing, { must: 'a string', isType: (value) => typeof value === 'string' }),
  context: either(fn(), instanceOrShape('an AsyncLocalStorage', 'getStore')),
  timeoutMs: either(oneOf(false), milliseconds({ min: 1 })),
  maxConcurrency: places,
  stacks: boolean,
}
const cacheRules = { maxEntries: integer({ min: 2 }), ttlMs: milliseconds({ min: 1 }), now: fn() }
const action = 'create a batcher'

/** Options after the check, defaults filled in. */
export interface CheckedBatcherOptions<K, V, C> {
  readonly maxBatchSize: number
  readonly schedule: (dispatch: () => void) => void
  /** Whether every batch is sent at the end of its tick. */
  readonly isByTick: boolean
  /** Whether a full batch waits for nothing. */
  readonly isSentWhenFull: boolean
  readonly cacheKeyFn: ((key: K) => C) | undefined
  /** Makes the cache of a context, or of a batch. */
  readonly createCache: (() => CacheMap<C, Promise<V>>) | undefined
  readonly isCachePerBatch: boolean
  /** Dates a value that has just been loaded; `undefined` where values do not expire. */
  readonly date: ((cache: CacheMap<C, Promise<V>>, key: C) => void) | undefined
  readonly name: string | null
  readonly context: (() => unknown) | undefined
  readonly timeoutMs: number | false
  readonly deadlines: Deadlines | undefined
  readonly maxConcurrency: number
  readonly stacks: boolean
  /** Whether a batch may be sent elsewhere than in the asynchronous context of its first load. */
  readonly mustKeepContext: boolean
}

export function checkBatchFunction(load: unknown): void {
  if (typeof load === 'function') return
  checkOptions(action, { batchLoadFn: load }, { batchLoadFn: fn('a function of an array of keys') }, ['batchLoadFn'])
}

/** Checks the options, and fills in the defaults. */
export function checkBatcherOptions<K, V, C>(options: BatcherOptions<K, V, C> = {}): CheckedBatcherOptions<K, V, C> {
  return isEmpty(options) ? (defaults as CheckedBatcherOptions<K, V, C>) : check(options)
}

function check<K, V, C>(options: BatcherOptions<K, V, C>): CheckedBatcherOptions<K, V, C> {
  checkOptions(action, options, rules)
  refuseBoth(options, 'batchScheduleFn', 'schedule')
  refuseBoth(options, 'cacheMap', 'context')
  if (typeof options.cache !== 'boolean') refuseBoth(options, 'cacheMap', 'cache')
  const { batch = true, maxBatchSize = Infinity, schedule = 'tick', batchScheduleFn, name, context } = options
  if (typeof schedule === 'object') checkOptions(action, schedule, { windowMs: milliseconds() }, ['windowMs'])
  const { timeoutMs = 30_000, maxConcurrency = Infinity, stacks = false, cacheKeyFn } = options
  return {
    maxBatchSize: batch ? maxBatchSize : 1,
    schedule: batchScheduleFn ? ownSchedule(batchScheduleFn) : scheduler(schedule),
    isByTick: batchScheduleFn === undefined && schedule === 'tick',
    isSentWhenFull: batchScheduleFn === undefined && schedule !== 'tick',
    cacheKeyFn,
    ...checkCache(options),
    name: name === undefined || name === '' ? null : name,
    context: typeof context === 'object' ? () => context.getStore() : context,
    timeoutMs,
    deadlines: timeoutMs === false ? undefined : deadlinesOf(timeoutMs),
    maxConcurrency,
    stacks,
    mustKeepContext: batchScheduleFn !== undefined || schedule !== 'tick' || maxConcurrency !== Infinity,
  }
}

function checkCache<K, V, C>({ cache = true, cacheMap }: BatcherOptions<K, V, C>) {
  const bounds = typeof cache === 'object' ? cache : {}
  if (bounds === cache) checkOptions(action, bounds, cacheRules)
  const { maxEntries = 100_000, ttlMs, now = () => performance.now() } = bounds
  const create = () => cacheMap ?? new BoundedCache<C, Promise<V>>(maxEntries, now)
  const date = (dated: CacheMap<C, Promise<V>>, key: C) => {
    if (ttlMs !== undefined && dated instanceof BoundedCache) dated.expireAt(key, now() + ttlMs)
  }
  return {
    createCache: cache === false || cacheMap === null ? undefined : create,
    isCachePerBatch: cache === 'batch',
    date: ttlMs === undefined ? undefined : date,
  }
}

/** Checked once: most batchers are made without options, and for one request. */
const defaults: unknown = check({})

function isEmpty(options: object): boolean {
  if (Object.getPrototypeOf(options ?? '') !== Object.prototype) return false
  for (const _ in options) return false
  return true
}

function refuseBoth<K, V, C>(
  options: BatcherOptions<K, V, C>,
  one: keyof BatcherOptions<K, V, C>,
  other: keyof BatcherOptions<K, V, C>,
): void {
  if (options[one] === undefined || options[one] === null || options[other] === undefined) return
  throw new TypeError(`Cannot ${action} as '${one}' and '${other}' exclude each other: leave one of them out`)
}
