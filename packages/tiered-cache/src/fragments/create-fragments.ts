import { askEach } from '../ask-each.ts'
import type { Cache } from '../cache.ts'
import type { CacheKey } from '../encode-key.ts'
import { UncacheableError } from '../errors.ts'
import { checkFragmentsOptions, toRequest } from './fragment-options.ts'
import type { Entity, Fragment, FragmentOptions, FragmentsOptions } from './fragment.ts'
import type { Piece } from './piece.ts'
import { Renderer } from './renderer.ts'

/**
 * Makes the function that renders and keeps fragments in a cache. A fragment depends on its tags and on those of all
 * fragments within, with the versions that they had before it was rendered: `cache.invalidateTags` outdates it and what
 * is around it, in every process, and nothing else.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, createFragments, memoryTier } from '@seawall/tiered-cache'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })] })
 * const fragment = createFragments(cache, { digest: 'build-1' })
 * const item = (id: number) => fragment(['item', id], { tags: [`item:${id}`] }, () => `<li>${id}</li>`)
 * const list = () => fragment('list', {}, async () => `<ul>${(await fragment.all([1, 2], item)).join('')}</ul>`)
 * console.log(await list())
 * ```
 */
export function createFragments(cache: Cache, options: FragmentsOptions): Fragment {
  const settings = checkFragmentsOptions(options)
  const renderer = new Renderer(cache, settings)
  const produce = (parts: CacheKey, own: FragmentOptions, render: () => unknown): Promise<Piece> =>
    renderer.produce(toRequest(parts, own, render, settings))

  const fragment = async <T>(parts: CacheKey, own: FragmentOptions, render: () => T | Promise<T>): Promise<T> =>
    (await produce(parts, own, render)).body as T
  return Object.assign(fragment, {
    all: askEach,
    entity: async <T>(parts: CacheKey, own: FragmentOptions, render: () => T | Promise<T>): Promise<Entity<T>> =>
      toEntity<T>(await produce(parts, own, render)),
    makePrivate: () => renderer.makePrivate(),
    uncacheable: (): void => {
      const id = renderer.keptId()
      if (id !== undefined) throw new UncacheableError(id)
    },
  })
}

function toEntity<T>({ body, vector, etag, isPrivate }: Piece): Entity<T> {
  const tags = [...vector.keys()].filter((tag) => tag !== '')
  const written = tags.map((tag) => encodeURIComponent(tag).replaceAll('%3A', ':'))
  return { body: body as T, tags, etag, isPrivate, surrogateKey: written.join(' '), cacheTag: written.join() }
}
