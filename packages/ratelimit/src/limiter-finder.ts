import { nearest } from '@seawall/options'
import type { Decider } from './decider.ts'
import type { Limit } from './limit.ts'
import { keyedLimiter, type Limiter } from './limiter.ts'
import type { Rate } from './rate.ts'
import type { RateLimitStore } from './store.ts'

/**
 * Finds the limiter of one limit of a guard. It takes the values of the limit's key in any spelling; of `'global'` it is
 * `'all'`.
 *
 * @param name - The limit's name.
 * @param rate - Which of its rates; required where the limit's rate is a function.
 * @throws TypeError for a name that no limit of the guard has, or a rate that is missing.
 */
export type LimiterFinder = (name: string, rate?: string | Rate) => Limiter

/** Makes the finder of a guard. */
export function limiterFinder(limits: readonly Limit[], decider: Decider, store: RateLimitStore): LimiterFinder {
  return (name, rate) => {
    const limit = limits.find((one) => one.name === name)
    if (limit === undefined) throw unknownName(name, limits)
    const plan = rate === undefined ? limit.plan : limit.planOfRate(rate)
    if (plan === undefined)
      throw new TypeError(`Cannot find the limiter as 'rate' must be given for '${name}', whose rate is a function`)
    if (plan === null) return keyedLimiter([], decider, store)
    return keyedLimiter([{ limit, plan, toKey: (value) => limit.keyStart + limit.spell(value) }], decider, store)
  }
}

function unknownName(name: string, limits: readonly Limit[]): TypeError {
  const names = limits.map((limit) => limit.name)
  const near = nearest(name, names)
  const advice = near === undefined ? `its limits are ${names.join(', ')}` : `did you mean '${near}'?`
  return new TypeError(`Cannot find the limiter as '${name}' is not a limit of this guard: ${advice}`)
}
