import { describe, expect, it } from 'vitest'
import {
  memoryStore,
  rateLimit,
  type LimitOptions,
  type Quota,
  type RateLimitOptions,
  type RateLimitStore,
} from '../src/index.ts'
import { brokenStore } from './broken-store.ts'
import { exchange } from './exchange.ts'

describe('the options of rateLimit', () => {
  it.each([
    [{ rate: '5/month' }, RangeError, `current value is "5/month"; did you mean '5/30d'?`],
    [{ rate: '1001/m', algorithm: 'exact' }, RangeError, `'rate' must be of at most 1000 where 'algorithm' is "exact"`],
    [{ rate: { limit: 5, windowMs: 60_000, burst: 2 }, algorithm: 'exact' }, RangeError, `without 'burst' unless`],
    [{ rate: { limit: 5, windowMs: 0 } }, RangeError, "as 'rate' must be"],
    [{ rate: 5 }, TypeError, "as 'rate' must be"],
    [{ rate: undefined }, TypeError, "as 'rate' must be"],
    [{ key: 'user' }, TypeError, "as 'user' must be a function for the key 'user'"],
    [{ key: ['ip', 'user'] }, TypeError, "as 'user' must be a function for the key 'user'"],
    [{ key: 'header:' }, RangeError, "as 'key' must be"],
    [{ key: 'ip:' }, RangeError, "as 'key' must be"],
    [{ key: [] }, RangeError, "as 'key' must be"],
    [{ key: undefined }, TypeError, "as 'key' must be"],
    [{ store: {} }, TypeError, "as 'store' must be a store such as memoryStore()"],
    [{ name: 'a"b' }, RangeError, "as 'name' must be"],
    [{ name: 'a:b' }, RangeError, "as 'name' must be"],
    [{ name: 'a\n' }, RangeError, "as 'name' must be"],
    [{ name: '' }, RangeError, "as 'name' must be"],
    [{ group: 'a b' }, RangeError, "as 'group' must be"],
    [{ algorithm: 'log' }, RangeError, "as 'algorithm' must be one of"],
    [{ cost: -1 }, RangeError, "as 'cost' must be"],
    [{ cost: Number.NaN }, RangeError, "as 'cost' must be"],
    [{ cost: 0.5 }, RangeError, `as 'cost' must be whole unless 'algorithm' is "gcra"`],
    [{ cost: '1' }, TypeError, "as 'cost' must be"],
    [{ count: 'errors' }, RangeError, "as 'count' must be"],
    [{ skip: true }, TypeError, "as 'skip' must be a function"],
    [{ methods: 'POST' }, TypeError, "as 'methods' must be an array"],
    [{ methods: ['post'] }, RangeError, "as 'methods' must be an array"],
    [{ expose: 1 }, TypeError, "as 'expose' must be true or false"],
    [{ shadow: 'yes' }, TypeError, "as 'shadow' must be true or false"],
    [{ blockMs: 31 * 86_400_000 }, RangeError, "as 'blockMs' must be"],
    [{ missing: 'allow' }, RangeError, "as 'missing' must be one of"],
    [{ onError: 'ignore' }, RangeError, "as 'onError' must be one of"],
    [{ allow: ['10.0.0.0/8'] }, TypeError, "as 'allow' must be { addresses?: [], keys?: [] }"],
    [{ deny: null }, TypeError, "as 'deny' must be { addresses?: [], keys?: [] }"],
    [{ deny: false }, TypeError, "as 'deny' must be { addresses?: [], keys?: [] }"],
    [{ allow: [] }, TypeError, "as 'allow' must be { addresses?: [], keys?: [] }"],
    [{ allow: { adresses: [] } }, TypeError, "as 'allow' must be { addresses?: [], keys?: [] }"],
    [{ allow: { addresses: ['10.0.0.0/33'] } }, RangeError, "one is '10.0.0.0/33'"],
    [{ deny: { addresses: ['shop.example'] } }, RangeError, "as 'deny' must list addresses"],
    [{ deny: { keys: [''] } }, TypeError, "'key' must be a string"],
    [{ normalize: 'NFC' }, TypeError, "as 'normalize' must be a function"],
    [{ ipv6Prefix: 8 }, RangeError, "as 'ipv6Prefix' must be an integer from 16 to 128"],
    [{ ipv4Prefix: 33 }, RangeError, "as 'ipv4Prefix' must be an integer from 8 to 32"],
    [{ headers: 'standard' }, RangeError, "as 'headers' must be one of"],
    [{ body: 'html' }, RangeError, "as 'body' must be one of"],
    [{ exposeHeaders: [] }, TypeError, "as 'exposeHeaders' must be true or false"],
    [{ processes: 0 }, RangeError, "as 'processes' must be an integer from 1 to 10000"],
    [{ window: 5 }, TypeError, "'window' is not an option"],
    [{ procesess: 5 }, TypeError, "'procesess' is not an option: did you mean 'processes'?"],
  ])('refuse %j', (options, type, message) => {
    const create = () => rateLimit({ key: 'ip', rate: '5/m', ...options } as unknown as RateLimitOptions)
    expect(create).toThrow(type)
    expect(create).toThrow(message)
    expect(create).toThrow(/^Cannot (?:create a rate limit|name a counter) as /)
  })

  it('refuse a name that another limit has on the same store', () => {
    const store = memoryStore()
    rateLimit({ key: 'ip', rate: '5/m', store })
    expect(() => rateLimit({ key: 'ip', rate: '5/m', store })).toThrow(
      'Cannot create a rate limit as \'name\' must be another than that of a limit on the same store: current value is "ip-5/m"',
    )
    expect(() => rateLimit({ key: 'ip', rate: '6/m', store })).not.toThrow()
    expect(() => rateLimit({ key: 'ip', rate: '5/m', store: memoryStore() })).not.toThrow()
  })

  it('refuse two limits of one group in one guard, one counter counted twice', () => {
    const limits: LimitOptions[] = [
      { name: 'a', key: 'ip', rate: '5/m', group: 'g' },
      { name: 'b', key: 'ip', rate: '5/m', group: 'g' },
    ]
    expect(() => rateLimit(limits)).toThrow("as 'group' must differ among the limits of one guard")
  })

  it.each([
    [[], 'there must be at least one'],
    [[{ key: 'ip', rate: '5/m', store: memoryStore() }], "'store' is not an option"],
    [[null], 'the options must be an object'],
  ])('refuse the limits %j', (limits, message) => {
    expect(() => rateLimit(limits as unknown as LimitOptions[])).toThrow(message)
  })

  it('take exact counting up to 100, and the other above and with a burst', () => {
    const rates = ['100/m', '101/m', { limit: 5, windowMs: 60_000, burst: 2 }]
    const algorithms: string[] = []
    const memory = memoryStore()
    const store: RateLimitStore = Object.assign(brokenStore(), {
      consume(key: string, quota: Quota, cost: number) {
        algorithms.push(quota.algorithm)
        return memory.consume(key, quota, cost)
      },
    })
    for (const [index, rate] of rates.entries())
      void rateLimit({ name: `${index}`, key: 'ip', rate, store }).onRequest?.(exchange())
    expect(algorithms).toEqual(['exact', 'gcra', 'gcra'])
  })

  it('keep to what a store can do', () => {
    const store: RateLimitStore = Object.assign(memoryStore(), { algorithms: ['fixed'] as const, maxWindowMs: 60_000 })
    expect(() => rateLimit({ key: 'ip', rate: '5/h', store })).toThrow('at most 60000 ms: current value is 3600000 ms')
    expect(() => rateLimit({ key: 'ip', rate: '5/m', store, algorithm: 'exact' })).toThrow(
      `kept by fixed on this store: current value of 'algorithm' is "exact"`,
    )
    expect(() => rateLimit({ key: 'ip', rate: '5/m', store })).not.toThrow()
  })
})
