import { Breaker } from './breaker.ts'
import { StoreUnavailableError } from './errors.ts'
import { checkRedisOptions, type RedisClient, type RedisStoreOptions } from './redis-options.ts'
import { script, scriptSha1, toDecision } from './rolling-log-script.ts'
import type { Decision, Rate, RateLimitStore } from './store.ts'

/**
 * Keeps the logs in Redis: exact for all processes that share it, by Redis's own clock. A decision is one script on one
 * key, which expires when its log is empty. Redis 5 or later.
 *
 * A decision that takes longer than the deadline fails; after several in a row all fail at once, until a try now and
 * then finds Redis well again. A command that is already on its way when its deadline passes is not taken back: Redis
 * may count it later.
 *
 * @param redis - The application's own client; this store never connects, changes or closes it.
 * @throws TypeError or RangeError for an option that is none or out of range.
 * @example
 * ```ts
 * import { rateLimit } from '@seawall/ratelimit'
 * import { redisStore } from '@seawall/ratelimit/redis'
 * import { Redis } from 'ioredis'
 *
 * const redis = new Redis({ lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false })
 * const limit = rateLimit({ key: 'ip', rate: '5/m', store: redisStore(redis) })
 * ```
 */
export function redisStore(redis: RedisClient, options: RedisStoreOptions = {}): RateLimitStore {
  checkRedisOptions(redis, options)
  const { prefix = 'ratelimit', deadlineMs = 75, failures = 5, probeMs = 1_000 } = options
  const breaker = new Breaker(failures, probeMs)

  async function run(key: string, { limit, windowMs }: Rate): Promise<Decision> {
    const name = `${prefix}:${limit}/${windowMs}:${key}`
    try {
      return toDecision(await redis.evalsha(scriptSha1, 1, name, limit, windowMs))
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return toDecision(await redis.eval(script, 1, name, limit, windowMs))
    }
  }

  return {
    consume(key, rate) {
      if (!breaker.begin(performance.now()))
        return Promise.reject(new StoreUnavailableError('Cannot decide as Redis has failed and is left alone for now'))
      return inTime(run(key, rate), deadlineMs, breaker)
    },
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** Settles with the attempt or at its deadline, whichever is first, and tells the breaker about it. */
function inTime(attempt: Promise<Decision>, deadlineMs: number, breaker: Breaker): Promise<Decision> {
  return new Promise((resolve, reject) => {
    let isOver = false

    function fail(error: StoreUnavailableError): void {
      if (isOver) return
      isOver = true
      breaker.failed(performance.now())
      reject(error)
    }

    function expire(): void {
      // When this process was busy, the answer may be here already, unread: sockets are read before immediates run.
      setImmediate(() => fail(new StoreUnavailableError(`Cannot decide as Redis did not answer in ${deadlineMs} ms`)))
    }

    const timer = setTimeout(expire, deadlineMs).unref()
    attempt.then(
      (decision) => {
        clearTimeout(timer)
        breaker.ended()
        if (isOver) return
        isOver = true
        breaker.succeeded()
        resolve(decision)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        breaker.ended()
        fail(new StoreUnavailableError('Cannot decide as Redis refused', { cause }))
      },
    )
  })
}
