import { createCache, createFragments, memoryTier, type Cache, type Tiers } from '@seawall/tiered-cache'
import { redisTier } from '@seawall/tiered-cache/redis'
import { Redis } from 'ioredis'
import type { Start } from '../runner.ts'

/** A page of a thousand fragments of which one changes before each look. */
export interface FragmentsSetting {
  readonly url: string
  readonly contender: 'no cache' | 'memory over Redis' | 'Redis alone'
}

const size = 1_000

export const start: Start<FragmentsSetting> = async ({ url, contender }) => {
  const redis = new Redis(url)
  let renders = 0
  let version = 0
  const item = (id: number) => {
    renders++
    return `<li>${id} of version ${version}</li>`
  }
  const page = async (items: readonly string[] | Promise<string[]>) => {
    renders++
    return `<ul>${(await items).join('')}</ul>`
  }
  const ids = Array.from({ length: size }, (_, id) => id)
  const cache = cacheOf(redis, contender)
  const show = cache === undefined ? () => page(ids.map(item)) : fragmentsOf(cache, ids, item, page)
  await show()
  await show()
  const commands = countCommands(redis)
  return {
    async round(operations) {
      renders = 0
      let sent = 0
      for (let n = 0; n < operations; n++) {
        version++
        await cache?.invalidateTags([`item:${version % size}`])
        const before = commands()
        await show()
        sent += commands() - before
      }
      return { renders: renders / operations, commands: sent / operations }
    },
    end: () => redis.disconnect(),
  }
}

function cacheOf(redis: Redis, contender: FragmentsSetting['contender']): Cache | undefined {
  if (contender === 'no cache') return undefined
  const shared = redisTier(redis, { timeoutMs: 5_000 })
  const tiers: Tiers =
    contender === 'Redis alone' ? [shared] : [memoryTier({ maxEntries: 10_000, ttlMs: 3_600_000 }), shared]
  return createCache({ namespace: `fragments-${process.pid}`, tiers })
}

function fragmentsOf(
  cache: Cache,
  ids: readonly number[],
  item: (id: number) => string,
  page: (items: Promise<string[]>) => Promise<string>,
) {
  const fragment = createFragments(cache, { digest: 'bench' })
  const part = (id: number) => fragment(['item', id], { tags: [`item:${id}`] }, () => item(id))
  return () => fragment('page', { tags: ['page'] }, () => page(fragment.all(ids, part)))
}

/** How many commands a client has sent so far. */
function countCommands(redis: Redis): () => number {
  let sent = 0
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (...given) => {
    sent++
    return send(...given)
  }
  return () => sent
}
