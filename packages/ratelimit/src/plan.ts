import { formatRate, readRate, type Rate } from './rate.ts'
import type { Algorithm, Quota, RateLimitStore } from './store.ts'

/** A rate made ready for requests: what a store keeps, and what clients are told. */
export interface Plan {
  readonly quota: Quota
  /** The share of this process while the store cannot answer. */
  readonly fallback: Quota
  /** The limit's item in `RateLimit-Policy`. */
  readonly policy: string
  /** The start of its item in `RateLimit`, before what remains. */
  readonly item: string
}

/** What a limit adds to its rate. */
export interface PlanSettings {
  readonly name: string
  readonly algorithm: Algorithm | undefined
  readonly blockMs: number
  readonly processes: number
  readonly store: RateLimitStore
}

/** The highest limit that a rolling log counts: it keeps a stamp for every admitted request. */
const maxExact = 1_000

/** The highest limit for which a rolling log is taken unasked. */
const defaultExact = 100

/**
 * Makes a rate ready.
 *
 * @param told - The words before the reason of an error.
 * @throws TypeError or RangeError for what is no rate, or none that the algorithm or the store can keep.
 */
export function planOf(given: unknown, settings: PlanSettings, told: string): Plan {
  const rate = readRate(given, told)
  const { name, blockMs, processes, store } = settings
  const algorithm = algorithmOf(rate, settings, told)
  const { limit, windowMs, burst = limit } = rate
  const { maxWindowMs: longest = Infinity, maxLimit: highest = Infinity } = store
  if (windowMs > longest)
    throw new RangeError(
      `${told} of a window that the store keeps, at most ${longest} ms: current value is ${windowMs} ms`,
    )
  if (limit > highest)
    throw new RangeError(`${told} of a limit that the store keeps, at most ${highest}: current value is ${limit}`)
  // The draft counts windows in whole seconds; of any other it is better to say nothing
  const window = windowMs % 1000 === 0 ? `;w=${windowMs / 1000}` : ''
  return {
    quota: { algorithm, limit, windowMs, burst, blockMs },
    fallback: {
      algorithm,
      limit: share(limit, processes),
      windowMs,
      burst: share(burst, processes),
      blockMs,
    },
    policy: `"${name}";q=${limit}${window}`,
    item: `"${name}";r=`,
  }
}

/**
 * Makes the function that makes rates ready as requests bring them: each is parsed once.
 *
 * @param told - The words before the reason of an error.
 */
export function planCache(settings: PlanSettings, told: string): (rate: unknown) => Plan | null {
  const plans = new Map<string, Plan>()
  return (rate) => {
    if (rate === null) return null
    const id = typeof rate === 'string' ? rate : formatRate(readRate(rate, told))
    const known = plans.get(id)
    if (known !== undefined) return known
    const plan = planOf(rate, settings, told)
    // A function that makes up rates must not fill the memory
    if (plans.size >= 1_000) plans.clear()
    plans.set(id, plan)
    return plan
  }
}

function algorithmOf({ limit, burst }: Rate, { algorithm, store }: PlanSettings, told: string): Algorithm {
  const { algorithms = [limit <= defaultExact && burst === undefined ? 'exact' : 'gcra', 'exact', 'gcra', 'fixed'] } =
    store
  const chosen = algorithm ?? algorithms[0] ?? 'fixed'
  if (!algorithms.includes(chosen))
    throw new RangeError(
      `${told} kept by ${algorithms.join(' or ')} on this store: current value of 'algorithm' is "${chosen}"`,
    )
  if (burst !== undefined && chosen !== 'gcra')
    throw new RangeError(`${told} without 'burst' unless 'algorithm' is "gcra": current value is ${burst}`)
  if (chosen === 'exact' && limit > maxExact)
    throw new RangeError(`${told} of at most ${maxExact} where 'algorithm' is "exact": current value is ${limit}`)
  return chosen
}

/** What is left of a number for one of several processes; at least one, or nobody could come in. */
function share(count: number, processes: number): number {
  return count === 0 ? 0 : Math.max(1, Math.floor(count / processes))
}
