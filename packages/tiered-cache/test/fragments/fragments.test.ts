import { randomUUID } from 'node:crypto'
import { startRedis, type Service } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  createCache,
  createFragments,
  CacheLoadTimeoutError,
  memoryTier,
  UncacheableError,
  type Cache,
  type CacheOptions,
  type Fragment,
} from '../../src/index.ts'
import { redisPubSub, redisTier } from '../../src/redis.ts'
import { gate } from '../gate.ts'
import { fragmentConformance, listOf } from './fragment-conformance.ts'

const redis = new Redis(inject('redisUrl'))
const other = new Redis(inject('redisUrl'))
const caches: Cache[] = []
afterAll(async () => {
  await Promise.all(caches.map((cache) => cache.close()))
  await Promise.all([redis.quit(), other.quit()])
})

const memory = () => memoryTier({ maxEntries: 5_000 })
const freshName = () => `test-${randomUUID().slice(0, 8)}`
const limits = { timeoutMs: 5_000 }

function create(options: Omit<CacheOptions, 'namespace'> & { namespace?: string }): Cache {
  const cache = createCache({ namespace: freshName(), ...options })
  caches.push(cache)
  return cache
}

fragmentConformance('memory', () => create({ tiers: [memory()] }))
fragmentConformance('Redis', () => create({ tiers: [redisTier(redis, limits)] }))
fragmentConformance('memory over Redis', () => create({ tiers: [memory(), redisTier(redis, limits)] }))

describe('a fragment', () => {
  test('refuses what is uncacheable unless it is private', async () => {
    const fragment = createFragments(create({ tiers: [memory()] }), { digest: 'a' })
    const token = () => {
      fragment.uncacheable()
      return 'token'
    }
    expect(token()).toBe('token')
    await expect(fragment('f', {}, token)).rejects.toThrow(UncacheableError)
    expect(await fragment('f', { isPrivate: true }, token)).toBe('token')
    const kept = fragment('g', { isPrivate: true }, () => fragment('f', {}, token))
    await expect(kept).rejects.toMatchObject({ code: 'ERR_CACHE_UNCACHEABLE' })
  })

  test('is rendered once for all who ask at the same time, and fails for all', async () => {
    const fragment = createFragments(create({ tiers: [memory()] }), { digest: 'a' })
    let renders = 0
    const ask = () =>
      fragment('f', {}, async () => {
        renders++
        await new Promise(setImmediate)
        throw new Error('broken')
      })
    const settled = await Promise.allSettled([ask(), ask(), ask()])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(renders).toBe(1)
    expect(await fragment('f', {}, () => 'well')).toBe('well')
  })

  test('inside itself is refused rather than waited for', async () => {
    const fragment = createFragments(create({ tiers: [memory()] }), { digest: 'a' })
    const loop = (): Promise<string> => fragment('f', {}, () => fragment('g', {}, loop))
    await expect(loop()).rejects.toThrow(/inside itself/)
  })

  test('that takes too long fails with its key, and can be asked for again', async () => {
    const fragment = createFragments(create({ tiers: [memory()] }), { digest: 'a', hardDeadlineMs: 20 })
    await expect(fragment('f', {}, () => new Promise<string>(() => {}))).rejects.toThrow(CacheLoadTimeoutError)
    expect(await fragment('f', {}, () => 'well')).toBe('well')
  })

  test('too large to be kept is rendered each time, and keeps no other from being kept', async () => {
    const fragment = createFragments(create({ tiers: [memory()], maxValueBytes: 2_000 }), { digest: 'a' })
    let inner = 0
    const page = () =>
      fragment('page', {}, async () => (await fragment('in', {}, () => `${inner++}`)) + 'x'.repeat(3_000))
    expect((await page()).length).toBe(3_001)
    expect((await page()).length).toBe(3_001)
    expect(inner).toBe(1)
  })

  test('refuses bad options, and a cache of another make', async () => {
    const cache = create({ tiers: [memory()] })
    const fragment = createFragments(cache, { digest: 'a' })
    expect(() => createFragments(cache, { digest: 'a b' })).toThrow(RangeError)
    expect(() => createFragments({ ...cache }, { digest: 'a' })).toThrow(TypeError)
    await expect(fragment('f', { tag: [] } as object, () => '')).rejects.toThrow(/tags/)
    await expect(fragment('f', { tags: [''] }, () => '')).rejects.toThrow(RangeError)
    await expect(fragment([], {}, () => '')).rejects.toThrow(TypeError)
  })
})

test('a change through one cache is seen by another over the same Redis, in its memory too', async () => {
  const namespace = freshName()
  const here = create({ namespace, tiers: [memory(), redisTier(redis, limits)], coherence: redisPubSub(redis) })
  const there = create({ namespace, tiers: [memory(), redisTier(other, limits)], coherence: redisPubSub(other) })
  const a = listOf(here)
  const b = listOf(there)
  await a.page()
  await b.page()
  a.renders()
  b.renders()
  a.texts[1] = b.texts[1] = 'changed'
  await here.invalidateTags(['item:1'])
  await expect.poll(() => b.page(), { timeout: 5_000 }).toContain('changed')
  expect(await a.page()).toContain('changed')
  expect([...a.renders(), ...b.renders()].toSorted()).toEqual(['item 1', 'list', 'page'])
})

describe('a process whose memory hears of nothing', () => {
  function twoProcesses() {
    const namespace = freshName()
    const deafMemory = memoryTier({ maxEntries: 100, ttlMs: 60_000 })
    const deaf = create({ namespace, tiers: [deafMemory, redisTier(redis, limits)] })
    const knowing = create({ namespace, tiers: [redisTier(other, limits)] })
    const [here, there] = [createFragments(deaf, { digest: 'a' }), createFragments(knowing, { digest: 'a' })]
    return { here, there, change: () => knowing.invalidateTags(['t']) }
  }
  const around = (fragment: Fragment, tags: string[], inner: () => string | Promise<string>) =>
    fragment('page', { tags }, async () => `<${await fragment('inner', { tags: ['t'] }, inner)}>`)
  async function warm(fragment: Fragment) {
    for (let time = 0; time < 2; time++) await fragment('inner', { tags: ['t'] }, () => 'old')
  }

  test('keeps what shows an old fragment as outdated for those who know better', async () => {
    const { here, there, change } = twoProcesses()
    await warm(here)
    await change()
    expect(await around(here, [], () => 'new')).toBe('<old>')
    expect(await around(there, [], () => 'new')).toBe('<new>')
  })

  test('does not use a fragment that the page around it has found to be old', async () => {
    const { here, change } = twoProcesses()
    await warm(here)
    await change()
    expect(await around(here, ['t'], () => 'new')).toBe('<new>')
  })

  test('keeps nothing that was made of an old and a new version', async () => {
    const { here, there, change } = twoProcesses()
    const old = gate<string>()
    const slow = here('inner', { tags: ['t'] }, old.load)
    await old.entered
    await change()
    const page = here('page', { tags: ['t'] }, async () => {
      const inner = here('inner', { tags: ['t'] }, () => 'unused')
      // What is asked in the same tick and has come says that the other one waits by now.
      await here('probe', {}, () => '')
      old.open('old')
      return `<${await inner}>`
    })
    expect(await page).toBe('<old>')
    await slow
    expect(await around(there, ['t'], () => 'new')).toBe('<new>')
  })
})

describe('a page of a thousand fragments with one changed', () => {
  let service: Service
  beforeAll(async () => {
    service = await startRedis()
  }, 30_000)
  afterAll(() => service.stop())

  test.for([
    ['the fragments in the page itself, and warm memory', true, false],
    ['the fragments in the page itself, in a process that has read nothing yet', false, false],
    ['the fragments in another one, and warm memory', true, true],
    ['the fragments in another one, in a process that has read nothing yet', false, true],
  ] as const)('costs its ancestors and one render, and at most five commands, with %s', async ([, isWarm, isDeep]) => {
    const clients = [new Redis(service.url), new Redis(service.url)] as const
    const namespace = freshName()
    const over = (client: Redis) => create({ namespace, tiers: [memory(), redisTier(client, limits)] })
    const [here, there] = [over(clients[0]), over(clients[1])]
    try {
      const texts = Array.from({ length: 1_000 }, (_, id) => `text ${id}`)
      const pageOf = (cache: Cache) => {
        const { fragment, list, page, renders } = listOf(cache, createFragments(cache, { digest: 'a' }), texts)
        return { show: isDeep ? page : () => fragment('page', { tags: ['page'] }, list), renders }
      }
      const pages = pageOf(here)
      await pages.show()
      await pages.show()
      const { show, renders } = isWarm ? pages : pageOf(there)
      renders()
      texts[500] = 'changed'
      await here.invalidateTags(['item:500'])
      const monitor = await monitorOf(service.url, clients[0])
      expect(await show()).toContain('changed')
      const commands = await monitor.stop()
      expect(renders()).toEqual(isDeep ? ['item 500', 'list', 'page'] : ['item 500', 'list'])
      expect(commands.length).toBeGreaterThan(0)
      expect(commands.length).toBeLessThanOrEqual(5)
    } finally {
      for (const client of clients) client.disconnect()
    }
  })
})

/** What clients send until `stop`; what scripts call is not counted. */
async function monitorOf(url: string, client: Redis) {
  const source = new Redis(url)
  const monitor = await source.monitor()
  const seen: string[] = []
  monitor.on('monitor', (_time: string, command: string[], source: string) => {
    if (source !== 'lua') seen.push(command.slice(0, 2).join(' '))
  })
  const stop = async () => {
    const end = `end ${randomUUID()}`
    await client.echo(end)
    await expect.poll(() => seen).toContain(`echo ${end}`)
    monitor.disconnect()
    source.disconnect()
    return seen.slice(0, seen.indexOf(`echo ${end}`))
  }
  return { stop }
}

test('without Redis a page is rendered and nothing breaks', async () => {
  const service = await startRedis()
  const client = new Redis(service.url, { maxRetriesPerRequest: 0, retryStrategy: () => 50 })
  client.on('error', () => undefined)
  const cache = createCache({ namespace: freshName(), tiers: [memory(), redisTier(client)] })
  try {
    const { page, renders } = listOf(cache)
    await page()
    await service.kill()
    await cache.clear().catch(() => undefined)
    renders()
    expect(await page()).toContain('text 2')
    expect(renders()).toHaveLength(5)
  } finally {
    await cache.close()
    client.disconnect()
    await service.stop()
  }
}, 30_000)
