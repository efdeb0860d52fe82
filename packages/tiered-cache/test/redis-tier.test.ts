import { randomUUID } from 'node:crypto'
import { startRedisCluster } from '@seawall/services'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { redisPubSub, redisTier, type RedisClient } from '../src/redis.ts'
import { keySlot } from '../src/redis/key-slot.ts'
import { hasKey, listenTo } from './heard.ts'
import {
  acquireOne,
  entryOf,
  fillOne,
  leaseOf,
  openIn,
  requestOf,
  textIn,
  tierConformance,
} from './tier-conformance.ts'

const redis = new Redis(inject('redisUrl'))
const redis5 = new Redis5(inject('redisUrl'))
const cluster = await startRedisCluster()
const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
const clients = [new Cluster(nodes), new Cluster5(nodes)]
afterAll(async () => {
  await Promise.all([redis.quit(), redis5.quit(), ...clients.map((client) => client.quit())])
  await cluster.stop()
})
const [cluster6, cluster5] = clients as [Cluster, Cluster5]

tierConformance('redisTier on ioredis 6', () => redisTier(redis))
tierConformance('redisTier on ioredis 5', () => redisTier(redis5))
tierConformance('redisTier on a Cluster of ioredis 6', () => redisTier(cluster6))
tierConformance('redisTier on a Cluster of ioredis 5', () => redisTier(cluster5))

const namespace = `test-${randomUUID().slice(0, 8)}`
const store = openIn(redisTier(redis), namespace)
const freshKey = () => randomUUID()

describe('redisTier', () => {
  test('reads all keys of one call in one command', async () => {
    const counted = countCalls(redis)
    const counting = openIn(redisTier(counted.client), namespace)
    const keys = Array.from({ length: 100 }, freshKey)
    await store.write(keys.map((key) => ({ key, entry: entryOf(key) })))
    await counting.read(keys)
    counted.calls.length = 0
    expect((await counting.read(keys)).every((entry) => entry !== undefined)).toBe(true)
    expect(counted.calls).toEqual(['MGET'])
  })

  test('reads text as text, and as bytes from the first value on that is none', async () => {
    const counted = countCalls(redis)
    const counting = openIn(redisTier(counted.client), namespace)
    const [text, binary] = [freshKey(), freshKey()]
    const both = '\u{1F40B} \u00e9'
    const payload = Uint8Array.from({ length: 256 }, (_, index) => index)
    const entries = { [text]: entryOf(both), [binary]: { ...entryOf(''), payload } }
    await store.write(Object.entries(entries).map(([key, entry]) => ({ key, entry })))
    await counting.read([text])
    counted.calls.length = 0
    const [asText] = await counting.read([text])
    expect([asText?.text?.slice(asText.textStart), asText && Buffer.from(asText.payload)]).toEqual([
      both,
      Buffer.from(both),
    ])
    const read = await counting.read([binary, text])
    expect(read.map((entry) => entry && Buffer.from(entry.payload))).toEqual([Buffer.from(payload), Buffer.from(both)])
    await counting.read([text])
    expect(counted.calls).toEqual(['MGET', 'MGET', 'MGET as bytes', 'MGET as bytes'])
  })

  test('gives every key that it writes an expiry', async () => {
    const own = freshKey()
    const at = openIn(redisTier(redis), own)
    await at.write([{ key: 'k', entry: entryOf('1', { tags: ['t'] }) }])
    await leaseOf(at, requestOf('leased', { tags: ['u'] }))
    await at.invalidateTags(['t', 'v'])
    await at.counters?.increment('n', 1, { softMs: 1_000, hardMs: 1_000 })
    const names = await redis.keys(`*${own}*`)
    expect(names.length).toBeGreaterThanOrEqual(8)
    const left = await Promise.all(names.map((name) => redis.pttl(name)))
    expect(left.every((ms) => ms > 0)).toBe(true)
  })

  test('lets the version of a tag live longer than the longest entry that has it', async () => {
    const tag = freshKey()
    const day = 24 * 3_600_000
    await leaseOf(store, requestOf(freshKey(), { tags: [tag], hardMs: 10 * day }))
    await leaseOf(store, requestOf(freshKey(), { tags: [tag], hardMs: 1_000 }))
    expect(await redis.pttl(`{${namespace}}:tag:${tag}`)).toBeGreaterThan(10 * day)
  })

  test.for(['tag:t', 'generation'])('misses when the version of the %s was evicted, and goes on', async (name) => {
    const key = freshKey()
    const own = openIn(redisTier(redis), key)
    await own.write([{ key, entry: entryOf('old', { tags: ['t'] }) }])
    await redis.del(`{${key}}:${name}`)
    expect(await textIn(own, key)).toBeUndefined()
    const lease = await leaseOf(own, requestOf(key, { tags: ['t'] }))
    await fillOne(own, { lease, entry: entryOf('new', { tags: ['t'] }) })
    expect(await textIn(own, key)).toBe('new')
  })

  const token = 'x'.repeat(20)
  test.for<[string, string | Buffer]>([
    ['no text', ''],
    ['another program', 'garbage'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['another format', `2${token}${'0'.repeat(40)}${token}[]\n1`],
    ['half a head', `3${token}${'0'.repeat(20)}`],
    ['a head without a line end', `3${token}${'0'.repeat(40)}${token}[]`],
    ['tags that are none', `3${token}${'0'.repeat(40)}${token}[["a"]]\n1`],
    ['times that are none', `3${token}${'z'.repeat(40)}${token}[]\n1`],
  ])('takes an entry of %s for a miss and replaces it', async ([, bytes]) => {
    const key = freshKey()
    const name = `${namespace}:{${key}}`
    await redis.set(name, bytes)
    expect(await textIn(store, key)).toBeUndefined()
    await store.expire([key])
    await redis.set(name, bytes)
    expect(await store.counters?.touch(key, { softMs: 1_000, hardMs: 1_000 })).toBe(false)
    const lease = await leaseOf(store, requestOf(key))
    await fillOne(store, { lease, entry: entryOf('value') })
    expect(await textIn(store, key)).toBe('value')
    await redis.set(name, bytes)
    expect(await store.counters?.increment(key, 2, { softMs: 1_000, hardMs: 1_000 })).toBe(2)
  })

  test('takes keys of another type, and leases that never end, for nothing and replaces them', async () => {
    const key = freshKey()
    const names = [`${namespace}:{${key}}`, `lease:${namespace}:{${key}}`, `{${namespace}}:tag:${key}`]
    for (const name of names) await redis.lpush(name, 'list')
    expect(await textIn(store, key)).toBeUndefined()
    const lease = await leaseOf(store, requestOf(key, { tags: [key] }))
    expect(await fillOne(store, { lease, entry: entryOf('value', { tags: [key] }) })).toBe(true)
    expect(await textIn(store, key)).toBe('value')
  })

  test('never tells more time than an entry was given, whatever the clock of its writer said', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('value', { softMs: 5_000, hardMs: 5_000 }) }])
    const future = String(Date.now() + 3_600_000).padStart(14, '0')
    await redis.setrange(`${namespace}:{${key}}`, 21, future)
    const [entry] = await store.read([key])
    expect(entry?.hardMs).toBe(5_000)
  })

  test('keeps a key prefix of the client out of everything else', async () => {
    const prefixed = new Redis(inject('redisUrl'), { keyPrefix: 'app1:' })
    const own = openIn(redisTier(prefixed), namespace)
    const key = freshKey()
    await own.write([{ key, entry: entryOf('mine', { tags: ['t'] }) }])
    expect([await textIn(own, key), await textIn(store, key)]).toEqual(['mine', undefined])
    await own.invalidateTags(['t'])
    expect(await textIn(own, key)).toBeUndefined()
    await prefixed.quit()
  })

  test.for<[string, object, string]>([
    ['a deadline of zero', { timeoutMs: 0 }, "'timeoutMs' must be a whole number of milliseconds from 1"],
    ['a misspelt option', { timeoutMS: 1 }, "did you mean 'timeoutMs'?"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => redisTier(redis, options)).toThrow(message)
  })

  test('refuses what is no client', () => {
    expect(() => redisTier({} as RedisClient)).toThrow("'redis' must be an ioredis client")
  })
})

describe('redisTier on a Cluster', () => {
  test('knows the slots of keys as Redis does', async () => {
    for (const key of ['a', 'ns:{k}', '{}x', 'foo{bar}baz', 'ключ', '{', 'lease:n:{k}', ''])
      expect(keySlot(key)).toBe(await cluster6.cluster('KEYSLOT', key))
  })

  test('reads, acquires and deletes keys of all slots at once', async () => {
    const at = openIn(redisTier(cluster6))
    const keys = Array.from({ length: 40 }, freshKey)
    const acquired = await at.acquire(keys.map((key) => requestOf(key)))
    expect(acquired.every(({ state }) => state === 'lease')).toBe(true)
    await at.write(keys.map((key) => ({ key, entry: entryOf(key, { tags: [key] }) })))
    expect((await at.read(keys)).map((entry) => String(entry && Buffer.from(entry.payload)))).toEqual(keys)
    await at.delete(keys)
    expect((await at.read(keys)).every((entry) => entry === undefined)).toBe(true)
    expect((await acquireOne(at, requestOf(keys[0] ?? ''))).state).toBe('lease')
  })

  test('is kept in step by pub/sub, whichever node the change was made on', async () => {
    const [here, there] = [redisPubSub(cluster5), redisPubSub(cluster6)]
    const ear = listenTo(here, 'cluster')
    await ear.isUp()
    const at = redisTier(cluster6).open({ namespace: 'cluster', announcement: there.announcement })
    const keys = Array.from({ length: 10 }, freshKey)
    await at.delete(keys)
    await Promise.all(keys.map((key) => ear.hears(hasKey(key))))
    await ear.link.close()
    expect(ear.heard).not.toContain('down')
  })
})

function countCalls(client: Redis): { client: RedisClient; calls: string[] } {
  const calls: string[] = []
  return {
    calls,
    client: {
      isCluster: false,
      mget: (keys) => {
        calls.push('MGET')
        return client.mget(keys)
      },
      mgetBuffer: (keys) => {
        calls.push('MGET as bytes')
        return client.mgetBuffer(keys)
      },
      callBuffer: (command, ...args) => {
        calls.push(command)
        return client.callBuffer(command, ...args)
      },
    },
  }
}
