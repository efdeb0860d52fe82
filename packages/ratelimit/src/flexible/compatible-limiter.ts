import { checkOptions, instanceOrShape, string } from '@seawall/options'
import { RateLimiterCompatibleAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { longestBlockMs } from '../block-length.ts'
import type { Decision } from '../decision.ts'
import { StoreUnavailableError } from '../errors.ts'
import type { Limiter } from '../limiter.ts'

/** Options of `CompatibleLimiter`. */
export interface CompatibleLimiterOptions {
  /**
   * What the limiter is called where rate-limiter-flexible tells several apart, as in a union. Not part of any key.
   *
   * @default 'seawall'
   */
  readonly keyPrefix?: string
}

/** The time of a block that is to last for ever, in seconds: 30 days, the longest there is. */
const longestSeconds = longestBlockMs / 1000

/**
 * A limiter of this package as one of rate-limiter-flexible: an `insuranceLimiter`, in `RLWrapperTimeouts`, in a
 * `RateLimiterUnion`, or wherever one of its own is taken. As theirs do, it rejects with a `RateLimiterRes` what is
 * refused. A claim that is refused because the store cannot answer (`onError: 'deny'`) is rejected with an error, so that
 * an insurance takes over.
 *
 * The rate is the limit's own: `customDuration` is not looked at, and what `set` sets lasts for the limit's window.
 *
 * @example
 * ```ts
 * import { createLimiter } from '@seawall/ratelimit'
 * import { CompatibleLimiter } from '@seawall/ratelimit/flexible'
 * import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible'
 *
 * const exact = new CompatibleLimiter(createLimiter({ name: 'exact', rate: '5/m' }))
 * const union = new RateLimiterUnion(exact, new RateLimiterMemory({ points: 100, duration: 3600 }))
 * await union.consume('ann')
 * ```
 */
export class CompatibleLimiter extends RateLimiterCompatibleAbstract {
  /** What it is called among others. */
  override readonly keyPrefix: string
  /**
   * For how many seconds a refusal blocks its key, 30 days at the most, besides the `blockMs` of the limit; 0 for not at
   * all. A limiter that this one insures sets it to its own.
   */
  override blockDuration = 0
  readonly #limiter: Limiter

  /**
   * @param limiter - What `createLimiter` has made.
   * @throws TypeError for what is no limiter.
   */
  constructor(limiter: Limiter, options: CompatibleLimiterOptions = {}) {
    super()
    const action = 'create a compatible limiter'
    const shape = instanceOrShape(
      'a limiter such as createLimiter() makes',
      'consume',
      'peek',
      'penalty',
      'reward',
      'block',
      'reset',
    )
    checkOptions(action, { limiter }, { limiter: shape }, ['limiter'])
    checkOptions<CompatibleLimiterOptions>(action, options, { keyPrefix: string() })
    this.#limiter = limiter
    this.keyPrefix = options.keyPrefix ?? 'seawall'
    Object.defineProperty(this, 'execEvenly', { get: () => false, set: refuseToDelay })
  }

  /** Admits and counts, or rejects with a `RateLimiterRes` and counts nothing. */
  override async consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const decision = await this.#limiter.consume(String(key), points)
    if (decision.allowed) return toResult(decision)
    if (decision.degraded && decision.violated.length === 0)
      throw new StoreUnavailableError('Cannot decide as the store cannot answer')
    const blockMs = this.blockDuration > 0 ? toMs(Math.min(this.blockDuration, longestSeconds)) : 0
    if (blockMs > 0) await this.#limiter.block(String(key), blockMs)
    // What rate-limiter-flexible rejects with is no error
    const refusal: unknown = toResult(decision, blockMs)
    throw refusal
  }

  /** Counts without asking. */
  override async penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    return toResult(await this.#limiter.penalty(String(key), points))
  }

  /** Gives back. */
  override async reward(key: string | number, points = 1): Promise<RateLimiterRes> {
    return toResult(await this.#limiter.reward(String(key), points))
  }

  /** Tells what has been counted; `null` for nothing. */
  override async get(key: string | number): Promise<RateLimiterRes | null> {
    const result = toResult(await this.#limiter.peek(String(key)))
    return result.consumedPoints === 0 && result.msBeforeNext === 0 ? null : result
  }

  /** Forgets what was counted and counts so much instead. */
  override async set(key: string | number, points: number): Promise<RateLimiterRes> {
    await this.#limiter.reset(String(key))
    return this.penalty(key, points)
  }

  /** Refuses the key for so many seconds; 0 is 30 days. */
  override async block(key: string | number, secDuration: number): Promise<RateLimiterRes> {
    await this.#limiter.block(String(key), toMs(secDuration > 0 ? secDuration : longestSeconds))
    return toResult(await this.#limiter.peek(String(key)))
  }

  /** Forgets what was counted, and the block; tells whether there was any. */
  override async delete(key: string | number): Promise<boolean> {
    const before = await this.get(key)
    await this.#limiter.reset(String(key))
    return before !== null
  }
}

function refuseToDelay(isEven: unknown): void {
  if (isEven === true)
    throw new RangeError(
      "Cannot insure a limiter as its 'execEvenly' must be false, it refuses and does not delay: current value is true",
    )
}

function toMs(seconds: number): number {
  return Math.ceil(seconds * 1000)
}

function toResult({ limit, remaining, resetMs, retryAfterMs }: Decision, blockMs = 0): RateLimiterRes {
  const consumed = limit === Infinity ? 0 : Math.max(0, limit - remaining)
  return new RateLimiterRes(remaining, Math.max(resetMs, retryAfterMs, blockMs), consumed, false)
}
