import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { createFragments, jsonText, type Cache, type Fragment } from '../../src/index.ts'
import { gate } from '../gate.ts'

/** A list of items, and which fragments were rendered since one last looked. */
export function listOf(
  cache: Cache,
  fragment: Fragment = createFragments(cache, { digest: 'a' }),
  texts = ['text 0', 'text 1', 'text 2'],
) {
  let rendered: string[] = []
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

/** What fragments do whatever tiers they are kept in. `make` makes a cache that shares nothing with any before. */
export function fragmentConformance(name: string, make: () => Cache | Promise<Cache>): void {
  describe(`fragments in ${name}`, () => fragmentTests(make))
}

function fragmentTests(make: () => Cache | Promise<Cache>): void {
  test('are rendered once', async () => {
    const { page, renders } = listOf(await make())
    const first = await page()
    expect(renders()).toEqual(['item 0', 'item 1', 'item 2', 'list', 'page'])
    expect(await page()).toBe(first)
    expect(first).toBe('<body><ul><li>text 0</li><li>text 1</li><li>text 2</li></ul></body>')
    expect(renders()).toEqual([])
  })

  test('are rendered anew with their ancestors alone when a tag is invalidated', async () => {
    const cache = await make()
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
    const cache = await make()
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
    const cache = await make()
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
    const cache = await make()
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
    const cache = await make()
    const fragment = createFragments(cache, { digest: 'a' })
    await fragment('f', {}, async () => {
      await cache.clear()
      return 'old'
    })
    expect(await fragment('f', {}, () => 'new')).toBe('new')
  })

  test('take the place of those with another version, and are apart from those of another build', async () => {
    const cache = await make()
    const fragment = createFragments(cache, { digest: 'a' })
    await fragment('f', { version: 1 }, () => 'one')
    expect(await fragment('f', { version: 1 }, () => 'unused')).toBe('one')
    expect(await fragment('f', { version: 2 }, () => 'two')).toBe('two')
    expect(await fragment('f', { version: 1 }, () => 'one again')).toBe('one again')
    expect(await createFragments(cache, { digest: 'b' })('f', { version: 1 }, () => 'b')).toBe('b')
  })

  test('keep JSON as text that is spliced and not parsed', async () => {
    const cache = await make()
    const fragment = createFragments(cache, { digest: 'a' })
    const book = (id: number) => fragment(['book', id], {}, () => jsonText`{"id":${id},"title":${'"q"'}}`)
    const list = () => fragment('list', {}, async () => jsonText`{"books":${await fragment.all([1, 2], book)}}`)
    expect(JSON.parse((await list()).json)).toEqual({ books: [1, 2].map((id) => ({ id, title: '"q"' })) })
    expect((await list()).json).toBe((await list()).json)
    expect(jsonText`${{ json: '1' }}`.json).toBe('{"json":"1"}')
  })

  test('offer their tags and an entity tag that changes with them', async () => {
    const cache = await make()
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
    const cache = await make()
    const { fragment, item, renders } = listOf(cache)
    const greeting = (user: string) => fragment('greeting', { isPrivate: true }, async () => `${user}${await item(0)}`)
    const page = (user: string) => fragment.entity('page', { tags: ['page'] }, () => greeting(user))
    expect(await page('ann')).toMatchObject({ body: 'ann<li>text 0</li>', isPrivate: true, etag: undefined })
    expect(await page('bob')).toMatchObject({ body: 'bob<li>text 0</li>', isPrivate: true, etag: undefined })
    expect(renders()).toEqual(['item 0'])
  })

  test('are not kept when one within has failed, whatever stands in its place', async () => {
    const fragment = createFragments(await make(), { digest: 'a' })
    let isDown = true
    const part = () =>
      fragment('part', {}, () => {
        if (isDown) throw new Error('down')
        return 'part'
      })
    const page = () => fragment('page', {}, () => part().catch(() => 'sorry'))
    expect(await Promise.all([page(), page(), part().catch(() => 'failed')])).toEqual(['sorry', 'sorry', 'failed'])
    isDown = false
    expect(await page()).toBe('part')
  })

  test('are private when one within has failed that was', async () => {
    const fragment = createFragments(await make(), { digest: 'a' })
    const fails = gate<string>()
    const greeting = (options = {}) =>
      fragment('greeting', options, () => {
        if (!('isPrivate' in options)) fragment.makePrivate()
        return fails.load()
      })
    const around = (name: string, options?: object) =>
      fragment.entity(name, {}, () => greeting(options).catch(() => 'nobody'))
    const pages = Promise.all([around('a'), around('b'), around('c', { isPrivate: true })])
    await fails.entered
    fails.fail(new Error('down'))
    for (const page of await pages) expect(page).toMatchObject({ body: 'nobody', isPrivate: true, etag: undefined })
  })

  test('never reach another user who waits for the same one while it turns out to be private', async () => {
    const users = new AsyncLocalStorage<string>()
    const fragment = createFragments(await make(), { digest: 'a' })
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
}
