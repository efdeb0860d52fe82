import type { Contest } from '../contest.ts'
import { contender, figure, isAtLeast, isAtMost, ratio, row } from './held.ts'
import type { Effort } from './effort.ts'

/** The Redis that contests share. */
export interface Server {
  readonly url: string
  readonly pid: number
}

/** One limit in Redis. */
export function oneLimit(url: string, concurrency: number, effort: Effort): Contest {
  const setting = { url, concurrency }
  return {
    title: `Redis, one limit of 100 in a minute, ${concurrency} at once`,
    ...effort,
    contenders: [
      contender('EVALSHA of a fixed window', 'redis-one-limit', { ...setting, contender: 'script' }),
      contender('redisStore, exact', 'redis-one-limit', { ...setting, contender: 'store' }),
      contender('createLimiter, exact', 'redis-one-limit', { ...setting, contender: 'seawall' }),
      contender('rate-limiter-flexible', 'redis-one-limit', { ...setting, contender: 'flexible' }),
    ],
    bars: [
      isAtLeast(0.95, 'redisStore: speed as a multiple of the script', (rows) => ratio(rows, 'redisStore, exact')),
      isAtLeast(0.95, 'createLimiter: the same', (rows) => ratio(rows, 'createLimiter, exact')),
    ],
  }
}

/** Two limits in Redis. */
export function twoLimits(url: string, effort: Effort): Contest {
  const setting = { url, concurrency: 64 }
  return {
    title: 'Redis, two limits together, 64 at once',
    ...effort,
    contenders: [
      contender('rate-limiter-flexible Union', 'redis-two-limits', { ...setting, contender: 'flexible' }),
      contender('redisStore', 'redis-two-limits', { ...setting, contender: 'seawall' }),
    ],
    bars: [isAtLeast(1.6, "redisStore: speed as a multiple of Union's", (rows) => ratio(rows, 'redisStore'))],
  }
}

/** Keys that Redis has refused. */
export function denied(url: string, effort: Effort): Contest {
  return {
    title: 'keys that Redis has refused',
    ...effort,
    contenders: [
      contender('rate-limiter-flexible, inMemoryBlockOnConsumed', 'denied', { url, contender: 'flexible' }),
      contender('redisStore', 'denied', { url, contender: 'seawall' }),
    ],
    bars: [
      isAtLeast(1, 'redisStore: refusals in a second, in millions', (rows) => row(rows, 'redisStore').perSecond / 1e6),
    ],
  }
}

/** Several processes with leases. */
export function leases(url: string, effort: Effort): Contest {
  return {
    title: 'Redis, four processes on fifty keys',
    ...effort,
    contenders: [
      contender('EVALSHA of a fixed window, a call for each', 'leases', { url, lease: 0 }),
      contender('redisStore', 'leases', { url, lease: 1 }),
      contender('redisStore, leases of 20', 'leases', { url, lease: 20 }),
    ],
    bars: [
      isAtLeast(8, 'leases of 20: speed as a multiple of a call for each', (rows) => {
        return ratio(rows, 'redisStore, leases of 20')
      }),
    ],
  }
}

/** What is admitted to several processes. */
export function accuracy(url: string, quick: boolean): Contest {
  const windows = quick ? 10 : 100
  const name = 'redisStore, exact'
  return {
    title: `Redis, eight processes that hammer one key for ${windows} windows`,
    launches: 1,
    rounds: 1,
    operations: windows,
    warmUp: 0,
    contenders: [contender(name, 'accuracy', { url })],
    bars: [
      isAtLeast(100, '% of windows with exactly the limit', (rows) => {
        return figure(rows, name, '% of windows with exactly the limit')
      }),
      isAtMost(0, 'most in any window, above the limit', (rows) => {
        return figure(rows, name, 'most in any window') - figure(rows, name, 'limit')
      }),
    ],
  }
}

/** A Redis that stops. */
export function hang(server: Server, quick: boolean): Contest {
  const name = 'redisStore, deadline 75 ms'
  return {
    title: 'Redis, stopped for 1.5 seconds under load',
    launches: 1,
    rounds: quick ? 1 : 5,
    operations: 1,
    warmUp: 0,
    contenders: [contender(name, 'hang', server)],
    bars: [
      isAtMost(80, 'p99 ms until the breaker opens', (rows) => figure(rows, name, 'p99 ms until open')),
      isAtMost(1, 'p99 ms when it is open', (rows) => figure(rows, name, 'p99 ms when open')),
      isAtMost(2_000, 'ms until Redis decides again', (rows) => figure(rows, name, 'ms until it decides again')),
    ],
  }
}
