import { hastenStrings } from '@seawall/options'
import { checkBlockLength } from '../block-length.ts'
import { checkCost } from '../cost.ts'
import type { Claim, Quota, RateLimitStore, Verdict } from '../store.ts'
import { Breaker } from './breaker.ts'
import { decideScript } from './decide-script.ts'
import { DenyCache } from './deny-cache.ts'
import { Lanes } from './lanes.ts'
import { Leases } from './leases.ts'
import { Manager } from './manager.ts'
import { Names } from './names.ts'
import { quotaArguments } from './quota-codec.ts'
import { checkRedisOptions, type RedisClient, type RedisStoreOptions } from './redis-options.ts'
import { ScriptRunner } from './script-runner.ts'
import { ServerClock } from './server-clock.ts'

const probeQuota: Quota = { algorithm: 'gcra', limit: 1, windowMs: 1, burst: 1, blockMs: 0 }

/**
 * Keeps the counters in Redis: right for all processes that share it, by Redis's own clock. A decision is one script,
 * whatever number of claims it holds; decisions of one turn of the event loop travel together. Redis 5 or later: a single
 * one, behind Sentinel, or a Cluster, where all keys of a store lie in one slot.
 *
 * A decision that takes longer than the deadline fails, and is not counted; after several in a row all fail at once, until
 * a call now and then, for which no request waits, finds Redis well again. What Redis has refused is refused from memory
 * while it is true.
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
  hastenStrings()
  return new RedisStore(redis, options)
}

class RedisStore implements RateLimitStore {
  readonly #names: Names
  readonly #lanes: Lanes
  readonly #manager: Manager
  readonly #denied: DenyCache
  readonly #leases: Leases

  constructor(redis: RedisClient, options: RedisStoreOptions) {
    const { prefix = 'ratelimit', deadlineMs = 75, failures = 5, probeMs = 1_000 } = options
    const { denyCacheKeys = 10_000, denyCacheMs = 10_000, lease = 1 } = options
    this.#names = new Names(prefix)
    const line = { redis, breaker: new Breaker(failures, probeMs), clock: new ServerClock(), deadlineMs }
    // A decision that writes, since one that reads succeeds on a replica and on a Redis that is full.
    const probe = {
      script: decideScript,
      keys: [this.#names.of('', probeQuota)],
      args: [1, ...quotaArguments(probeQuota)],
    }
    const runner = new ScriptRunner(line, probe)
    this.#manager = new Manager(runner)
    this.#lanes = new Lanes(runner, (name, quota, cost, stamp) => this.#manager.takeBack(name, quota, cost, stamp))
    this.#denied = new DenyCache(denyCacheKeys, denyCacheMs)
    this.#leases = new Leases(lease, runner, this.#manager, this.#lanes)
  }

  consume(key: string, quota: Quota, cost: number): Verdict | Promise<Verdict> {
    checkCost(quota, cost)
    const given = cost === 1 ? this.#leases.give(key, quota) : undefined
    if (given !== undefined) return given
    const name = this.#names.of(key, quota)
    const denied = this.#denied.find(name, cost)
    if (denied !== undefined) return denied
    return this.#leases.consume(key, name, quota, cost).then((decided) => this.#keep(name, cost, decided))
  }

  decide(claims: readonly Claim[]): readonly (Verdict | undefined)[] | Promise<readonly Verdict[]> {
    for (const { quota, cost } of claims) checkCost(quota, cost)
    const names = claims.map(({ key, quota }) => this.#names.of(key, quota))
    const denied = claims.map(({ cost }, index) => this.#denied.find(names[index] ?? '', cost))
    if (denied.some((verdict) => verdict !== undefined)) return denied
    const costs = claims.map(({ cost }) => cost)
    return this.#lanes
      .of(...claims.map(({ quota }) => quota))
      .decide(names, costs)
      .then((verdicts) => {
        for (const [index, { key, quota, cost }] of claims.entries()) {
          const verdict = verdicts[index]
          if (verdict === undefined) continue
          this.#keep(names[index] ?? '', cost, verdict)
          // What is left of a lease must not go to a key that is blocked now.
          if (!verdict.allowed && quota.blockMs > 0) this.#leases.forget(key, quota)
        }
        return verdicts
      })
  }

  peek(key: string, quota: Quota): Promise<Verdict> {
    return this.#manager.peek(this.#names.of(key, quota), quota)
  }

  async adjust(key: string, quota: Quota, cost: number, stamp?: number): Promise<Verdict> {
    checkCost(quota, Math.abs(cost))
    return this.#change(key, quota, (name) => this.#manager.adjust(name, quota, cost, stamp))
  }

  async block(key: string, quota: Quota, ms: number): Promise<void> {
    checkBlockLength(ms)
    this.#leases.forget(key, quota)
    await this.#change(key, quota, (name) => this.#manager.block(name, quota, ms))
  }

  async reset(key: string, quota: Quota): Promise<void> {
    this.#leases.forget(key, quota)
    await this.#change(key, quota, (name) => this.#manager.reset(name, quota))
  }

  #keep(name: string, cost: number, verdict: Verdict): Verdict {
    if (!verdict.allowed) this.#denied.keep(name, cost, verdict)
    return verdict
  }

  /** Forgets a refusal before, lest it be told until then, and after, since another may have been on its way. */
  async #change(key: string, quota: Quota, change: (name: string) => Promise<Verdict>): Promise<Verdict> {
    const name = this.#names.of(key, quota)
    this.#denied.forget(name)
    const verdict = await change(name)
    // What was read together with this reply is kept by then.
    await new Promise((resolve) => void setImmediate(resolve))
    this.#denied.forget(name)
    return verdict
  }
}
