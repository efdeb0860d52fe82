import { startMemcached } from '@seawall/services'
import { afterAll, expect, test } from 'vitest'
import { memcachedTier } from '../src/memcached.ts'
import { entryOf, fillOne, leaseOf, openIn, requestOf, textIn } from './tier-conformance.ts'
import { tierFailures } from './tier-failures.ts'

const service = await startMemcached({ maxMegabytes: 2 })
const { port } = service
afterAll(() => service.stop())

tierFailures('memcached', { service, create: (options) => memcachedTier({ ...options, port }) })

test('a lease of before a restart stores nothing, whatever the numbers are that the server begins anew with', async () => {
  const store = openIn(memcachedTier({ port }))
  const lease = await leaseOf(store, requestOf('k'))
  await service.kill()
  await service.restart()
  const again = async () => {
    const other = openIn(memcachedTier({ port }), 'another')
    await leaseOf(other, requestOf('k'))
    await other.close()
    return true
  }
  expect(await again()).toBe(true)
  const fill = () => fillOne(store, { lease, entry: entryOf('stale') })
  expect(await fill().catch(() => false)).toBe(false)
  expect(await textIn(store, 'k').catch(() => undefined)).toBeUndefined()
  await store.close()
}, 20_000)

test('while the server evicts, nothing that was invalidated comes back', async () => {
  const store = openIn(memcachedTier({ port, timeoutMs: 2_000 }))
  const value = Buffer.alloc(60_000, 'x')
  let found = 0
  for (let round = 0; round < 150; round++) {
    const [key, tags] = [`k-${round}`, [`tag-${round % 5}`]]
    await store.write([{ key, entry: entryOf(value, { tags }) }])
    await store.invalidateTags(tags)
    await store.write([{ key: `fill-${round}`, entry: entryOf(value, { tags }) }])
    if ((await textIn(store, key)) !== undefined) found++
  }
  expect(found).toBe(0)
  expect(await textIn(store, 'fill-0')).toBeUndefined()
  await store.close()
})

test('a value that the server refuses rejects, and what was there before is gone', async () => {
  const store = openIn(memcachedTier({ port, timeoutMs: 2_000 }))
  await store.write([{ key: 'big', entry: entryOf('small') }])
  await expect(store.write([{ key: 'big', entry: entryOf(Buffer.alloc(1_100_000)) }])).rejects.toThrow('too large')
  expect(await textIn(store, 'big')).toBeUndefined()
  await store.close()
})
