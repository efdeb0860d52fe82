import { randomUUID } from 'node:crypto'
import { startRedis, type Service } from '@seawall/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Coherence } from '../src/coherence.ts'
import { redisPubSub, redisTier, redisTracking } from '../src/redis.ts'
import type { RedisConnector } from '../src/redis.ts'
import type { SharedStore } from '../src/tier.ts'
import { hasKey, hasTag, isAll, listenTo, type Ear } from './heard.ts'
import { startSwallowingProxy } from './swallowing-proxy.ts'
import { acquireOne, entryOf, fillOne, leaseOf, requestOf } from './tier-conformance.ts'

let service: Service
const clients: Client[] = []
const ears: Ear[] = []
const quick = { heartbeatMs: 100, timeoutMs: 100 }

beforeAll(async () => {
  service = await startRedis()
}, 30_000)
afterEach(async () => {
  await Promise.all(ears.splice(0).map(({ link }) => link.close()))
  for (const client of clients.splice(0)) client.disconnect()
})
afterAll(() => service.stop())

/** What the tests need of either version. */
interface Client extends RedisConnector {
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  disconnect(): void
  on(event: 'error', listener: () => void): unknown
}

type Kind = (options: { port: number; retryStrategy: () => number }) => Client
const ioredis6: Kind = (options) => new Redis(options)
const ioredis5: Kind = (options) => new Redis5(options)

type Make = (redis: RedisConnector, options?: { heartbeatMs: number; timeoutMs: number }) => Coherence
const freshName = () => `test-${randomUUID().slice(0, 8)}`

function clientOf(kind: Kind, port = service.port): Client {
  const client = kind({ port, retryStrategy: () => 20 })
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

/** Another process: its own client, tier and coherence. */
function nodeOn(kind: Kind, make: Make, namespace: string, port?: number) {
  const client = clientOf(kind, port)
  const coherence = make(client, quick)
  const store: SharedStore = redisTier(client).open({ namespace, announcement: coherence.announcement })
  const ear = listenTo(coherence, namespace)
  ears.push(ear)
  return { client, store, ear }
}

describe.for<[string, Kind, Make]>([
  ['redisPubSub on ioredis 6', ioredis6, redisPubSub],
  ['redisPubSub on ioredis 5', ioredis5, redisPubSub],
  ['redisTracking on ioredis 6', ioredis6, redisTracking],
  ['redisTracking on ioredis 5', ioredis5, redisTracking],
])('%s', ([, kind, make]) => {
  test('hears of every change that another process makes', async () => {
    const namespace = freshName()
    const there = nodeOn(kind, make, namespace)
    await there.store.clear()
    const here = nodeOn(kind, make, namespace)
    await here.ear.isUp()
    expect(there.store.announces).toBe(true)
    const changes: [string, (key: string) => Promise<unknown>][] = [
      ['write}%', (key) => there.store.write([{ key, entry: entryOf('1') }])],
      ['delete', (key) => there.store.delete([key])],
      ['expire', (key) => there.store.expire([key])],
      ['add', async (key) => there.store.counters?.add({ key, entry: entryOf('1') })],
      ['increment', async (key) => there.store.counters?.increment(key, 1, { softMs: 1_000, hardMs: 1_000 })],
    ]
    for (const [key, change] of changes) {
      await change(key)
      await here.ear.hears(hasKey(key))
    }
    await there.store.counters?.touch('add', { softMs: 1_000, hardMs: 1_000 })
    await there.store.invalidateTags(['тег', 'b'])
    await Promise.all([here.ear.hears(hasTag('тег')), here.ear.hears(hasTag('b'))])
    expect(here.ear.heard.some(isAll)).toBe(false)
    await there.store.clear()
    await here.ear.hears(isAll)
    expect(here.ear.heard).not.toContain('down')
  })

  test('hears nothing of other namespaces', async () => {
    const namespace = freshName()
    const [here, other] = [nodeOn(kind, make, namespace), nodeOn(kind, make, `${namespace}~2`)]
    await here.ear.isUp()
    await other.store.delete(['k'])
    await here.store.clear()
    if (make === redisPubSub) await nodeOn(kind, make, namespace).store.clear()
    await here.ear.hears(isAll)
    expect(here.ear.heard.some(hasKey('k'))).toBe(false)
  })

  test('tells that it is down when its connection is killed, and is up again by itself', async () => {
    const namespace = freshName()
    const here = nodeOn(kind, make, namespace)
    for (const times of [1, 2, 3]) {
      await here.ear.isUp(times)
      await here.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    }
    await here.ear.isUp(4)
    await nodeOn(kind, make, namespace).store.delete(['after'])
    await here.ear.hears(hasKey('after'))
    expect(here.ear.heard.filter((one) => typeof one === 'string').join(' ')).toBe('up down up down up down up')
  })

  test('notices that the other side has vanished although the connection stands', async () => {
    const proxy = await startSwallowingProxy(service.port)
    const namespace = freshName()
    const here = nodeOn(kind, make, namespace, proxy.port)
    await here.ear.isUp()
    proxy.swallow()
    await here.ear.hears((one) => one === 'down')
    proxy.pass()
    await here.ear.isUp(2)
    await nodeOn(kind, make, namespace).store.delete(['after'])
    await here.ear.hears(hasKey('after'))
    for (const client of clients.splice(0)) client.disconnect()
    await here.ear.link.close()
    await proxy.close()
    expect(here.ear.heard.slice(0, 3)).toEqual(['up', 'down', 'up'])
  })

  test('tells that it is down when Redis hangs, and up when it goes on', async () => {
    const here = nodeOn(kind, make, freshName())
    await here.ear.isUp()
    await service.pause()
    await here.ear.hears((one) => one === 'down')
    await service.resume()
    await here.ear.isUp(2)
    expect(here.ear.heard).toEqual(['up', 'down', 'up'])
  })

  test('tells nothing any more when it is closed', async () => {
    const namespace = freshName()
    const [here, there] = [nodeOn(kind, make, namespace), nodeOn(kind, make, namespace)]
    await Promise.all([here.ear.isUp(), there.ear.isUp()])
    await here.ear.link.close()
    const { length } = here.ear.heard
    await nodeOn(kind, make, namespace).store.delete(['late'])
    await there.ear.hears(hasKey('late'))
    expect(here.ear.heard.slice(length)).toEqual([])
  })
})

describe('redisPubSub', () => {
  test('does not tell a process of its own changes, unless two caches there share a namespace', async () => {
    const namespace = freshName()
    const client = clientOf(ioredis6)
    const coherence = redisPubSub(client)
    const first = listenTo(coherence, namespace)
    ears.push(first)
    await first.isUp()
    await first.link.publish?.({ kind: 'keys', keys: ['own'] })
    await nodeOn(ioredis6, redisPubSub, namespace).store.delete(['later'])
    await first.hears(hasKey('later'))
    const second = listenTo(coherence, namespace)
    ears.push(second)
    await second.isUp()
    await first.link.publish?.({ kind: 'keys', keys: ['shared'] })
    await Promise.all([first.hears(hasKey('shared')), second.hears(hasKey('shared'))])
    expect(first.heard.some(hasKey('own'))).toBe(false)
  })

  test('goes on to tell two caches of a namespace of each other when a third was closed, twice', async () => {
    const namespace = freshName()
    const coherence = redisPubSub(clientOf(ioredis6))
    const [first, second, third] = [0, 1, 2].map(() => listenTo(coherence, namespace)) as [Ear, Ear, Ear]
    ears.push(first, second, third)
    await Promise.all([first.isUp(), second.isUp(), third.isUp()])
    await third.link.close()
    await third.link.close()
    await first.link.publish?.({ kind: 'keys', keys: ['k'] })
    await second.hears((one) => hasKey('k')(one) || isAll(one))
    expect(second.heard.some(hasKey('k'))).toBe(true)
  })

  test('tells of changes by name whatever the key prefix of the client, where the tier does not', async () => {
    const namespace = freshName()
    const prefixed = new Redis({ port: service.port, keyPrefix: 'app1:' })
    clients.push(prefixed)
    const here = listenTo(redisPubSub(prefixed), namespace)
    const there = listenTo(redisPubSub(clientOf(ioredis6)), namespace)
    ears.push(here, there)
    await Promise.all([here.isUp(), there.isUp()])
    await here.link.publish?.({ kind: 'keys', keys: ['k'] })
    await there.hears(hasKey('k'))
    await there.link.publish?.({ kind: 'keys', keys: ['l'] })
    await here.hears(hasKey('l'))
    expect([here.heard, there.heard].map((heard) => heard.includes('down'))).toEqual([false, false])
  })

  test('leaves the telling to the cache when the tier has another client', async () => {
    const store = redisTier(clientOf(ioredis6)).open({
      namespace: freshName(),
      announcement: redisPubSub(clientOf(ioredis6)).announcement,
    })
    expect(store.announces).toBe(false)
  })

  test.for([
    'garbage',
    '{}',
    '{"from":"x","change":{"kind":"keys","keys":[1]}}',
    'null',
    '{"from":"x","change":{"kind":"new"}}',
  ])('takes a message that it does not understand, %s, for a change of everything', async (message) => {
    const namespace = freshName()
    const { client, ear } = nodeOn(ioredis6, redisPubSub, namespace)
    await ear.isUp()
    await client.call('PUBLISH', `${namespace}:changes`, message)
    await ear.hears(isAll)
    expect(ear.heard).toHaveLength(2)
  })
})

describe('redisTracking', () => {
  test('hears of what others than the cache delete, of expiry and of FLUSHALL', async () => {
    const namespace = freshName()
    const { client, store, ear } = nodeOn(ioredis6, redisTracking, namespace)
    await store.write([
      { key: 'by, hand', entry: entryOf('1') },
      { key: 'short', entry: entryOf('1', { softMs: 1, hardMs: 20 }) },
    ])
    await ear.isUp()
    await client.call('DEL', `${namespace}:{by, hand}`)
    await ear.hears(hasKey('by, hand'))
    await ear.hears(hasKey('short'))
    await client.call('FLUSHALL')
    await ear.hears(isAll)
    expect(ear.heard).not.toContain('down')
  })

  test('hears of a delete of what Redis does not have', async () => {
    const { store, ear } = nodeOn(ioredis6, redisTracking, freshName())
    await ear.isUp()
    await store.delete(['nothing', 'there'])
    await Promise.all([ear.hears(hasKey('nothing')), ear.hears(hasKey('there'))])
    await store.expire(['either'])
    await ear.hears(hasKey('either'))
    await store.invalidateTags(['unused'])
    await ear.hears(hasTag('unused'))
    expect(ear.heard).not.toContain('down')
  })

  test('does not hear of leases, nor of tags that are used again', async () => {
    const namespace = freshName()
    const tags = ['tag']
    const { store } = nodeOn(ioredis6, redisTracking, namespace)
    const first = await leaseOf(store, requestOf('first', { tags }))
    await fillOne(store, { lease: first, entry: entryOf('1', { tags }) })
    const { ear } = nodeOn(ioredis6, redisTracking, namespace)
    await ear.isUp()
    await store.release([await leaseOf(store, requestOf('k', { tags }))])
    await acquireOne(store, requestOf('k', { tags }))
    await store.delete(['end'])
    await ear.hears(hasKey('end'))
    expect(ear.heard.slice(ear.heard.indexOf('up') + 1)).toEqual([{ kind: 'keys', keys: ['end'] }])
  })

  test('respects the key prefix of a client', async () => {
    const namespace = freshName()
    const client = new Redis({ port: service.port, keyPrefix: 'app1:' })
    clients.push(client)
    const ear = listenTo(redisTracking(client), namespace)
    ears.push(ear)
    await ear.isUp()
    await redisTier(client).open({ namespace, announcement: undefined }).delete(['k'])
    await ear.hears(hasKey('k'))
    expect(await client.exists(`${namespace}:{k}`)).toBe(0)
  })

  test('refuses a cluster', () => {
    const cluster = {
      isCluster: true,
      mget: () => undefined,
      mgetBuffer: () => undefined,
      callBuffer: () => undefined,
      duplicate: () => undefined,
    }
    expect(() => redisTracking(cluster as never)).toThrow('must be a client of one server')
  })
})

test.for<[string, unknown, object, string]>([
  ['what is no client', {}, {}, "'redis' must be an ioredis client"],
  ['a misspelt option', undefined, { heartBeat: 1 }, "did you mean 'heartbeatMs'?"],
  ['a heartbeat without a pause', undefined, { heartbeatMs: 0 }, "'heartbeatMs' must be a whole number"],
])('refuses %s', ([, given, options, message]) => {
  const redis = given ?? {
    isCluster: false,
    mget: () => undefined,
    mgetBuffer: () => undefined,
    callBuffer: () => undefined,
    duplicate: () => undefined,
  }
  for (const make of [redisPubSub, redisTracking]) expect(() => make(redis as RedisConnector, options)).toThrow(message)
})
