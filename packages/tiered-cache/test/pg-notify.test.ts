import { randomUUID } from 'node:crypto'
import { createDatabase } from '@seawall/services'
import pg from 'pg'
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest'
import { createCache } from '../src/create-cache.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { pgNotify, postgresTier, type PgNotifyOptions } from '../src/postgres.ts'
import { hasKey, hasTag, isAll, listenTo, type Ear } from './heard.ts'
import { poolOn } from './pool-on.ts'
import { startSwallowingProxy } from './swallowing-proxy.ts'
import { acquireOne, entryOf, fillOne, leaseOf, openIn, requestOf, textIn } from './tier-conformance.ts'

const database = await createDatabase(inject('postgresUrl'))
const pool = poolOn(database.url)
const tier = postgresTier(pool)
await tier.createTable()
const ears: Ear[] = []
afterEach(async () => {
  await Promise.all(ears.splice(0).map(({ link }) => link.close()))
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const quick = { heartbeatMs: 100, timeoutMs: 200 }
const freshName = () => `test-${randomUUID().slice(0, 8)}`
const notify = (options: Partial<PgNotifyOptions> = {}) =>
  pgNotify(pool, { connect: () => new pg.Client({ connectionString: database.url }), ...quick, ...options })

function nodeOn(namespace: string, options: Partial<PgNotifyOptions> = {}) {
  const coherence = notify(options)
  const ear = listenTo(coherence, namespace)
  ears.push(ear)
  return { coherence, ear, store: tier.open({ namespace, announcement: coherence.announcement }) }
}

/** Runs work in a transaction that is committed or rolled back in the end. */
async function inTransaction(
  end: 'COMMIT' | 'ROLLBACK',
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await work(client)
    await client.query(end)
  } finally {
    client.release()
  }
}

describe('pgNotify', () => {
  test('hears of every change that another process makes', async () => {
    const namespace = freshName()
    const [here, there] = [nodeOn(namespace), nodeOn(namespace)]
    await here.ear.isUp()
    const lifetime = { softMs: 1_000, hardMs: 1_000 }
    const changes: [string, (key: string) => Promise<unknown>][] = [
      ['write', (key) => there.store.write([{ key, entry: entryOf('1') }])],
      ['delete', (key) => there.store.delete([key])],
      ['expire', (key) => there.store.expire([key])],
      ['add', async (key) => there.store.counters?.add({ key, entry: entryOf('1') })],
      ['increment', async (key) => there.store.counters?.increment(key, 1, lifetime)],
      ['published', async (key) => there.ear.link.publish?.({ kind: 'keys', keys: [key] })],
    ]
    for (const [key, change] of changes) {
      await change(key)
      await here.ear.hears(hasKey(key))
    }
    await there.store.invalidateTags(['тег', 'b'])
    await here.ear.hears(hasTag('тег'))
    expect(there.store.announces).toBe(true)
    expect(here.ear.heard.some(isAll)).toBe(false)
    await there.store.clear()
    await here.ear.hears(isAll)
    expect(there.ear.heard.filter((one) => typeof one === 'object')).toEqual([])
  })

  test('tells of more keys than one message holds', async () => {
    const namespace = freshName()
    const [here, there] = [nodeOn(namespace), nodeOn(namespace)]
    await here.ear.isUp()
    const keys = Array.from({ length: 500 }, (_, index) => `${index}-${'🦉'.repeat(20)}`)
    await there.store.delete(keys)
    await Promise.all(keys.map((key) => here.ear.hears(hasKey(key))))
    expect(here.ear.heard.length).toBeGreaterThan(5)
  })

  test('tells that it is down when its connection is ended, and is up again by itself', async () => {
    const namespace = freshName()
    const here = nodeOn(namespace)
    for (const times of [1, 2]) {
      await here.ear.isUp(times)
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')`,
      )
    }
    await here.ear.isUp(3)
    await nodeOn(namespace).store.delete(['after'])
    await here.ear.hears(hasKey('after'))
    expect(here.ear.heard.filter((one) => typeof one === 'string').slice(0, 5)).toEqual([
      'up',
      'down',
      'up',
      'down',
      'up',
    ])
  })

  test('notices that the other side has vanished although the connection stands', async () => {
    const { port, pathname, username } = new URL(database.url)
    const proxy = await startSwallowingProxy(Number(port))
    const url = `postgres://${username}@127.0.0.1:${proxy.port}${pathname}`
    const namespace = freshName()
    const here = nodeOn(namespace, { connect: () => new pg.Client({ connectionString: url }) })
    await here.ear.isUp()
    proxy.swallow()
    await here.ear.hears((one) => one === 'down')
    proxy.pass()
    await here.ear.isUp(2)
    await nodeOn(namespace).store.delete(['after'])
    await here.ear.hears(hasKey('after'))
    await here.ear.link.close()
    await proxy.close()
    expect(here.ear.heard.slice(0, 3)).toEqual(['up', 'down', 'up'])
  })

  test.for<[string, unknown, string]>([
    ['no way to connect', {}, "'connect' must be a function"],
    ['a misspelt option', { connect: () => undefined, heartbeat: 1 }, "did you mean 'heartbeatMs'?"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => pgNotify(pool, options as PgNotifyOptions)).toThrow(message)
  })
})

describe('an invalidation in a transaction', () => {
  const what = (namespace: string) => ({ namespace, keys: ['k', ['list', 1]] as const, tags: ['t'] })

  test('takes effect with the commit, here and in every process', async () => {
    const namespace = freshName()
    const here = nodeOn(namespace)
    await here.ear.isUp()
    await here.store.write([
      { key: 'k', entry: entryOf('1') },
      { key: '["list",1', entry: entryOf('2') },
      { key: 'tagged', entry: entryOf('3', { tags: ['t'] }) },
    ])
    await inTransaction('COMMIT', async (client) => {
      await tier.invalidateWithin(client, what(namespace))
      expect([await textIn(here.store, 'k'), await textIn(here.store, 'tagged')]).toEqual(['1', '3'])
      expect(here.ear.heard.filter(hasKey('k'))).toEqual([])
    })
    await Promise.all([here.ear.hears(hasKey('k')), here.ear.hears(hasTag('t'))])
    expect([await textIn(here.store, 'k'), await textIn(here.store, 'tagged')]).toEqual([undefined, undefined])
  })

  test('leaves everything as it was when it is rolled back', async () => {
    const namespace = freshName()
    const here = nodeOn(namespace)
    await here.ear.isUp()
    await here.store.write([
      { key: 'k', entry: entryOf('1') },
      { key: 'tagged', entry: entryOf('3', { tags: ['t'] }) },
    ])
    await inTransaction('ROLLBACK', (client) => tier.invalidateWithin(client, what(namespace)))
    await nodeOn(namespace).store.delete(['end'])
    await here.ear.hears(hasKey('end'))
    expect(here.ear.heard).toEqual(['up', { kind: 'keys', keys: ['end'] }])
    expect([await textIn(here.store, 'k'), await textIn(here.store, 'tagged')]).toEqual(['1', '3'])
  })

  test('keeps what is loaded before the commit from being stored, whenever its lease was asked for', async () => {
    const store = openIn(tier)
    const namespace = freshName()
    const spaced = openIn(tier, namespace)
    const before = await leaseOf(spaced, requestOf('k'))
    await inTransaction('COMMIT', async (client) => {
      await tier.invalidateWithin(client, { namespace, keys: ['k'] })
      expect((await acquireOne(spaced, requestOf('k'))).state).toBe('wait')
      expect((await acquireOne(store, requestOf('k'))).state).toBe('lease')
      expect(await fillOne(spaced, { lease: before, entry: entryOf('stale') })).toBe(false)
    })
    expect(await textIn(spaced, 'k')).toBeUndefined()
    const after = await leaseOf(spaced, requestOf('k'))
    expect(await fillOne(spaced, { lease: after, entry: entryOf('new') })).toBe(true)
  })

  test.for([
    ['is in use', 'stale'],
    ['is new', undefined],
  ] as const)(
    'makes what was loaded for a tag that %s before the commit unreadable after it',
    async ([kind, meanwhile]) => {
      const namespace = freshName()
      const store = openIn(tier, namespace)
      if (kind === 'is in use') await store.write([{ key: 'first', entry: entryOf('1', { tags: ['t'] }) }])
      await inTransaction('COMMIT', async (client) => {
        await tier.invalidateWithin(client, { namespace, tags: ['t'] })
        const [named, unnamed] = [
          await leaseOf(store, requestOf('a', { tags: ['t'] })),
          await leaseOf(store, requestOf('b')),
        ]
        for (const lease of [named, unnamed]) await fillOne(store, { lease, entry: entryOf('stale', { tags: ['t'] }) })
        expect([await textIn(store, 'a'), await textIn(store, 'b')]).toEqual([meanwhile, meanwhile])
      })
      expect([await textIn(store, 'a'), await textIn(store, 'b')]).toEqual([undefined, undefined])
    },
  )

  test('refuses a lease of before the commit a tag that was invalidated by it', async () => {
    const namespace = freshName()
    const store = openIn(tier, namespace)
    const lease = await leaseOf(store, requestOf('k'))
    await inTransaction('COMMIT', (client) => tier.invalidateWithin(client, { namespace, tags: ['t'] }))
    expect(await fillOne(store, { lease, entry: entryOf('stale', { tags: ['t'] }) })).toBe(false)
  })

  test('reaches a cache by the namespace, the version and the keys that the cache was given', async () => {
    const namespace = freshName()
    const coherence = notify()
    const tiers = [memoryTier({ maxEntries: 10 }), tier] as const
    const cache = createCache({ namespace, version: 2, tiers, coherence })
    const load = async (value: string) => cache.getOrSet(['book', 42], () => value, { tags: ['all books'] })
    await expect
      .poll(async () => {
        await load('old')
        return cache.peek(['book', 42])
      })
      .toBe('old')
    await inTransaction('COMMIT', (client) =>
      tier.invalidateWithin(client, { namespace, version: 2, keys: [['book', 42]] }),
    )
    await expect.poll(() => load('new')).toBe('new')
    await inTransaction('COMMIT', (client) =>
      tier.invalidateWithin(client, { namespace, version: 2, tags: ['all books'] }),
    )
    await expect.poll(() => load('newer')).toBe('newer')
    await cache.close()
  })

  test('may reach memory alone', async () => {
    const namespace = freshName()
    const { coherence, ear } = nodeOn(namespace)
    await ear.isUp()
    await inTransaction('COMMIT', (client) => coherence.tellWithin(client, { namespace, keys: ['k'], tags: ['t'] }))
    await Promise.all([ear.hears(hasKey('k')), ear.hears(hasTag('t'))])
    await coherence.tellWithin(pool, { namespace })
    expect(ear.heard).toHaveLength(3)
  })

  test.for<[string, unknown, string]>([
    ['an empty key', { namespace: 'a', keys: [''] }, 'not be empty'],
    ['no namespace', { keys: ['k'] }, "'namespace' must be"],
    ['a misspelt option', { namespace: 'a', tag: [] }, "did you mean 'tags'?"],
  ])('refuses %s', async ([, invalidation, message]) => {
    await expect(tier.invalidateWithin(pool, invalidation as { namespace: string })).rejects.toThrow(message)
  })
})

describe('postgresTier', () => {
  test('removes rows that are over, beside another that does so too, and leaves the others', async () => {
    const client = await pool.connect()
    const namespace = freshName()
    const pruned = postgresTier(pool, { pruneMs: 100 })
    const stores = [openIn(pruned, namespace), openIn(pruned, namespace)]
    const count = async () => {
      const { rows } = await client.query<{ n: string }>(
        "SELECT count(*) AS n FROM seawall_cache WHERE encode(key, 'escape') LIKE $1",
        [`${namespace}:e:%`],
      )
      return Number(rows[0]?.n)
    }
    const entry = entryOf('short', { softMs: 1, hardMs: 5 })
    await stores[0]?.write(Array.from({ length: 600 }, (_, index) => ({ key: `${index}`, entry })))
    await stores[0]?.write([{ key: 'kept', entry: entryOf('kept') }])
    await expect.poll(count, { timeout: 10_000 }).toBe(1)
    await Promise.all(stores.map((store) => store.close()))
    client.release()
  })

  test('creates a table that a crash empties and that is named as told', async () => {
    await pool.query('CREATE SCHEMA IF NOT EXISTS other')
    const named = postgresTier(pool, { table: 'other.Cache_2' })
    await named.createTable()
    await named.createTable()
    const store = openIn(named)
    await store.write([{ key: 'k', entry: entryOf('value') }])
    expect(await textIn(store, 'k')).toBe('value')
    const { rows } = await pool.query("SELECT relpersistence FROM pg_class WHERE relname = 'Cache_2'")
    expect(rows).toEqual([{ relpersistence: 'u' }])
    await store.close()
  })

  test.for<[string, object, string]>([
    ['a table name with a quote', { table: 'a"b' }, "'table' must be the name of a table"],
    ['to prune without a pause', { pruneMs: 0 }, "'pruneMs' must be a whole number of milliseconds from 100"],
    ['a misspelt option', { prune: 1 }, "did you mean 'pruneMs'?"],
  ])('refuses %s', ([, options, message]) => {
    expect(() => postgresTier(pool, options)).toThrow(message)
  })

  test('refuses what is no pool', () => {
    expect(() => postgresTier({} as pg.Pool)).toThrow("'pool' must be a pool or client of pg")
  })
})
