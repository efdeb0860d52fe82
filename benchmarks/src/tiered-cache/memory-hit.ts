import { createCache, memoryTier } from '@seawall/tiered-cache'
import { LRUCache } from 'lru-cache'
import type { Start } from '../runner.ts'
import { createBenched } from './caches.ts'

/** A thousand keys that memory has. */
export interface MemoryHitSetting {
  readonly contender: 'lru-cache' | 'getOrSet' | 'getOrSet by parts' | 'peek' | 'bentocache' | 'cache-manager'
}

const keys = Array.from({ length: 1_000 }, (_, index) => `book:${index}`)
const keyAt = (n: number) => keys[n % keys.length] ?? ''
const book = (id: number) => ({
  id,
  title: 'Dune',
  authors: ['Frank Herbert'],
  price: { amount: 9.5, currency: 'EUR' },
})
const options = { ttlMs: 3_600_000, tags: ['books'] }
const missing = () => {
  throw new Error('A key is missing in memory')
}

export const start: Start<MemoryHitSetting> = async ({ contender }) => {
  if (contender === 'lru-cache') return rawLru()
  if (contender === 'bentocache' || contender === 'cache-manager') return ofPeer(contender)
  const cache = createCache({ namespace: 'bench', tiers: [memoryTier({ maxEntries: 10_000 })] })
  for (const [index, key] of keys.entries()) {
    await cache.getOrSet(key, () => book(index), options)
    await cache.getOrSet(['book', index], () => book(index), options)
  }
  const rounds = {
    async getOrSet(operations: number) {
      for (let n = 0; n < operations; n++) await cache.getOrSet(keyAt(n), missing, options)
    },
    async 'getOrSet by parts'(operations: number) {
      for (let n = 0; n < operations; n++) await cache.getOrSet(['book', n % keys.length], missing, options)
    },
    async peek(operations: number) {
      for (let n = 0; n < operations; n++) if (cache.peek(keyAt(n)) === undefined) missing()
    },
  }
  return { round: rounds[contender] }
}

function rawLru() {
  const cache = new LRUCache<string, object>({ max: 10_000, ttl: 3_600_000 })
  for (const [index, key] of keys.entries()) cache.set(key, book(index))
  return {
    async round(operations: number) {
      for (let n = 0; n < operations; n++) if (cache.get(keyAt(n)) === undefined) missing()
    },
  }
}

async function ofPeer(library: 'bentocache' | 'cache-manager') {
  const cache = await createBenched({ library, ttlMs: 3_600_000, staleMs: 0 })
  for (const [index, key] of keys.entries()) await cache.getOrSet(key, () => book(index))
  return {
    async round(operations: number) {
      for (let n = 0; n < operations; n++) await cache.getOrSet(keyAt(n), missing)
    },
  }
}
