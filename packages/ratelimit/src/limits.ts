import { checkOptions } from '@seawall/options'
import { limitRules } from './check-limit-options.ts'
import type { LimitOptions } from './limit-options.ts'
import { toLimit, type Limit } from './limit.ts'
import { memoryStore } from './memory-store.ts'
import { settingsRules, type RateLimitOptions, type RateLimitSettings } from './options.ts'
import type { RateLimitStore } from './store.ts'

/** The limits of one guard, ready for requests, and how they count and answer. */
export interface Limits {
  /** In the order in which their keys can be read. */
  readonly limits: readonly Limit[]
  readonly settings: RateLimitSettings
  readonly store: RateLimitStore
}

/**
 * Checks what `rateLimit` was given and makes it ready.
 *
 * @throws TypeError or RangeError
 */
export function toLimits(options: RateLimitOptions | readonly LimitOptions[], given: RateLimitSettings): Limits {
  const [all, settings] = isSeveral(options) ? [options, given] : split(options)
  checkOptions<RateLimitSettings>('create a rate limit', settings, settingsRules)
  if (all.length === 0)
    throw new TypeError('Cannot create a rate limit as there must be at least one: current value is []')
  refuseSharedGroup(all)
  const { store = memoryStore(), processes = 1 } = settings
  const limits = all.map((one) => toLimit(one, store, processes))
  return { limits: limits.toSorted((a, b) => a.lateness - b.lateness), settings, store }
}

function isSeveral(options: RateLimitOptions | readonly LimitOptions[]): options is readonly LimitOptions[] {
  return Array.isArray(options)
}

function split(options: RateLimitOptions): [readonly LimitOptions[], RateLimitSettings] {
  checkOptions<RateLimitOptions>('create a rate limit', options, { ...limitRules, ...settingsRules }, ['key', 'rate'])
  const limit: Partial<Record<string, unknown>> = {}
  const settings: Partial<Record<string, unknown>> = {}
  for (const [name, value] of Object.entries(options))
    (Object.hasOwn(settingsRules, name) ? settings : limit)[name] = value
  return [[limit as unknown as LimitOptions], settings as RateLimitSettings]
}

/** One decision cannot count the same counter twice. */
function refuseSharedGroup(limits: readonly LimitOptions[]): void {
  const groups = limits.flatMap((limit) => (Object(limit) as Partial<LimitOptions>).group ?? [])
  const twice = groups.find((group, index) => groups.indexOf(group) !== index)
  if (twice !== undefined)
    throw new TypeError(
      `Cannot create a rate limit as 'group' must differ among the limits of one guard: current value is ${JSON.stringify(twice)}`,
    )
}
