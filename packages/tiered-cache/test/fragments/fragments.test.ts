import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { startRedis, type Service } from '@seawall/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  createCache,
  createFragments,
  CacheLoadTimeoutError,
  jsonText,
  memoryTier,
  UncacheableError,
  type Cache,
  type CacheOptions,
  type Fragment,
} from '../../src/index.ts'
import { redisPubSub, redisTier } from '../../src/redis.ts'
import { gate } from '../gate.ts'

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

/** A list of items, and which fragments were rendered since one last looked. */
function listOf(cache: Cache, size = 3, fragment: Fragment = createFragments(cache, { digest: 'a' })) {
  let rendered: string[] = []
  const texts = Array.from({ length: size }, (_, id) => `text ${id}`)
  const item = (id: number) =>
    fragment(['item', id], { tags: [`item:${id}`] }, () => {
      rendered.push(`item ${id}`)
      return `<li>${texts[id]}</li>`
    })
  const list = async () => {
    rendered.push('list')
    return `<ul>${(await fragment.all(texts.keys(), item)).join('')}</ul>`
  }
  const page = () =>
    fragment('page', { tags: ['page'] }, async () => {
      rendered.push('page')
      return `<body>${await fragment('list', {}, list)}</body>`
    })
  const renders = () => {
    const some = rendered
    rendered = []
    return some.toSorted()
  }
  return { fragment, texts, page, renders, item, list }
}

describe.for<[string, () => Cache]>([
  ['memory', () => create({ tiers: [memory()] })],
  ['Redis', () => create({ tiers: [redisTier(redis, limits)] })],
  ['memory over Redis', () => create({ tiers: [memory(), redisTier(redis, limits)] })],
])('fragments in %s', ([, make]) => {
  test('are rendered once', async () => {
    const { page, renders } = listOf(make())
    const first = await page()
    expect(renders()).toEqual(['item 0', 'item 1', 'item 2', 'list', 'page'])
    expect(await page()).toBe(first)
    expect(first).toBe('<body><ul><li>text 0</li><li>text 1</li><li>text 2</li></ul></body>')
    expect(renders()).toEqual([])
  })

  test('are rendered anew with their ancestors alone when a tag is invalidated', async () => {
    const cache = make()
    const { page, renders, texts } = listOf(cache)
    await page()
    renders()
    texts[1] = 'changed'
    await cache.invalidateTags(['item:1'])
    expect(await page()).toContain('<li>changed</li>')
    expect(renders()).toEqual(['item 1', 'list', 'page'])
    await page()
    expect(renders()).toEqual([])
  })

  test('pass on the tags of fragments within that were kept already', async () => {
    const cache = make()
    const { page, item, renders, texts } = listOf(cache)
    await Promise.all([item(0), item(1), item(2)])
    await page()
    renders()
    texts[0] = 'changed'
    await cache.invalidateTags(['item:0'])
    expect(await page()).toContain('changed')
    expect(renders()).toEqual(['item 0', 'list', 'page'])
  })

  test('are not kept as good when a tag is invalidated while they render', async () => {
    const cache = make()
    const fragment = createFragments(cache, { digest: 'a' })
    let text = 'old'
    const inner = () => fragment('inner', { tags: ['t'] }, () => text)
    const outer = (during: () => Promise<void>) =>
      fragment('outer', {}, async () => {
        const body = `<${await inner()}>`
        await during()
        return body
      })
    const change = async () => {
      text = 'new'
      await cache.invalidateTags(['t'])
    }
    expect(await outer(change)).toBe('<old>')
    expect(await outer(async () => undefined)).toBe('<new>')
  })

  test('show what is new to who asks after an invalidation, although an older render goes on', async () => {
    const cache = make()
    const fragment = createFragments(cache, { digest: 'a' })
    const old = gate<string>()
    const slow = fragment('f', { tags: ['t'] }, old.load)
    await old.entered
    await cache.invalidateTags(['t'])
    expect(await fragment('f', { tags: ['t'] }, () => 'new')).toBe('new')
    old.open('old')
    expect(await slow).toBe('old')
    expect(await fragment('f', { tags: ['t'] }, () => 'newest')).not.toBe('old')
  })

  test('are forgotten by clear, those included that are being rendered', async () => {
    const cache = make()
    const fragment = createFragments(cache, { digest: 'a' })
    await fragment('f', {}, async () => {
      await cache.clear()
      return 'old'
    })
    expect(await fragment('f', {}, () => 'new')).toBe('new')
  })

  test('take the place of those with another version, and are apart from those of another build', async () => {
    const cache = make()
    const fragment = createFragments(cache, { digest: 'a' })
    await fragment('f', { version: 1 }, () => 'one')
    expect(await fragment('f', { version: 1 }, () => 'unused')).toBe('one')
    expect(await fragment('f', { version: 2 }, () => 'two')).toBe('two')
    expect(await fragment('f', { version: 1 }, () => 'one again')).toBe('one again')
    expect(await createFragments(cache, { digest: 'b' })('f', { version: 1 }, () => 'b')).toBe('b')
  })

  test('keep JSON as text that is spliced and not parsed', async () => {
    const cache = make()
    const fragment = createFragments(cache, { digest: 'a' })
    const book = (id: number) => fragment(['book', id], {}, () => jsonText`{"id":${id},"title":${'"q"'}}`)
    const list = () => fragment('list', {}, async () => jsonText`{"books":${await fragment.all([1, 2], book)}}`)
    expect(JSON.parse((await list()).json)).toEqual({ books: [1, 2].map((id) => ({ id, title: '"q"' })) })
    expect((await list()).json).toBe((await list()).json)
    expect(jsonText`${{ json: '1' }}`.json).toBe('{"json":"1"}')
  })

  test('offer their tags and an entity tag that changes with them', async () => {
    const cache = make()
    const { page, renders, fragment, list } = listOf(cache)
    await page()
    const entity = () => fragment.entity('page-entity', { tags: ['a b', 'c,d'] }, list)
    const first = await entity()
    expect(first.tags).toEqual(['a b', 'c,d', 'item:0', 'item:1', 'item:2'])
    expect(first.surrogateKey).toBe('a%20b c%2Cd item:0 item:1 item:2')
    expect(first.cacheTag).toBe('a%20b,c%2Cd,item:0,item:1,item:2')
    expect(first.etag).toMatch(/^W\/"[\w-]{27}"$/)
    renders()
    expect((await entity()).etag).toBe(first.etag)
    expect(renders()).toEqual([])
    await cache.invalidateTags(['item:2'])
    expect((await entity()).etag).not.toBe(first.etag)
  })

  test('that are private are kept nowhere, nor what is around them, but what is within', async () => {
    const cache = make()
    const { fragment, item, renders } = listOf(cache)
    const greeting = (user: string) => fragment('greeting', { isPrivate: true }, async () => `${user}${await item(0)}`)
    const page = (user: string) => fragment.entity('page', { tags: ['page'] }, () => greeting(user))
    expect(await page('ann')).toMatchObject({ body: 'ann<li>text 0</li>', isPrivate: true, etag: undefined })
    expect(await page('bob')).toMatchObject({ body: 'bob<li>text 0</li>', isPrivate: true, etag: undefined })
    expect(renders()).toEqual(['item 0'])
  })

  test('never reach another user who waits for the same one while it turns out to be private', async () => {
    const users = new AsyncLocalStorage<string>()
    const fragment = createFragments(make(), { digest: 'a' })
    const greetings = gate<string>()
    const greeting = () =>
      fragment('greeting', {}, async () => {
        fragment.makePrivate()
        return `${await greetings.load()} ${users.getStore()}`
      })
    const page = (user: string) => users.run(user, () => fragment('page', {}, async () => `<${await greeting()}>`))
    const all = Promise.all(['ann', 'bob', 'eve'].map(page))
    greetings.open('hello')
    expect(await all).toEqual(['<hello ann>', '<hello bob>', '<hello eve>'])
    expect(await page('dan')).toBe('<hello dan>')
  })
})

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
    ['warm memory', true],
    ['no memory', false],
  ] as const)('costs two renders and at most five commands, with %s', async ([, isWarm]) => {
    const client = new Redis(service.url)
    const tier = redisTier(client, limits)
    const cache = createCache({ namespace: freshName(), tiers: isWarm ? [memory(), tier] : [tier] })
    try {
      const { fragment, item, list, renders, texts } = listOf(cache, 1_000)
      const page = () => fragment('page', { tags: ['page'] }, list)
      await page()
      await Promise.all([page(), fragment.all(texts.keys(), item)])
      renders()
      texts[500] = 'changed'
      await cache.invalidateTags(['item:500'])
      const monitor = await monitorOf(service.url, client)
      expect(await page()).toContain('changed')
      const commands = await monitor.stop()
      expect(renders()).toEqual(['item 500', 'list'])
      expect(commands.length).toBeGreaterThan(0)
      expect(commands.length).toBeLessThanOrEqual(5)
    } finally {
      await cache.close()
      client.disconnect()
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
