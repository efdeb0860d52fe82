import { describe, expect, test } from 'vitest'
import { GuardedStore } from '../src/guarded-store.ts'
import type { Acquired, Lease, LeaseRequest, SharedStore } from '../src/tier.ts'
import { gate } from './gate.ts'

const limits = { timeoutMs: 10, breakerFailures: 2, breakerMs: 60_000 }
const request: LeaseRequest = { key: 'k', tags: [], leaseMs: 1_000, hardMs: 1_000, known: undefined }
const lease: Lease = { key: 'k', token: 't' }

/** A store that does nothing, but for what is given. */
function storeOf(parts: Partial<SharedStore>): SharedStore {
  const nothing = async () => undefined
  return {
    announces: false,
    read: async (keys) => keys.map(() => undefined),
    acquire: async () => [{ state: 'wait' }],
    claim: async () => lease,
    fill: async () => [true],
    release: nothing,
    write: nothing,
    delete: nothing,
    expire: nothing,
    invalidateTags: nothing,
    clear: nothing,
    close: nothing,
    ...parts,
  }
}

describe('a guarded store', () => {
  test('gives up what does not answer in time, and says what failed', async () => {
    const hung = storeOf({ delete: () => new Promise(() => undefined) })
    const failure = new GuardedStore('redis', hung, limits).delete(['k'])
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CACHE_TIER', tier: 'redis', operation: 'delete' })
  })

  test.for<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new Error('refused'))],
    [
      'throws',
      () => {
        throw new Error('refused')
      },
    ],
  ])('takes it for a failure when a tier %s', async ([, read]) => {
    const store = new GuardedStore('redis', storeOf({ read }), limits)
    await expect(store.read(['k'])).rejects.toThrow("Cannot read in cache tier 'redis': refused")
  })

  test('leaves a tier alone that has failed often, but for changes', async () => {
    let reads = 0
    let deletes = 0
    const read = async () => {
      reads++
      throw new Error('refused')
    }
    const store = new GuardedStore('redis', storeOf({ read, delete: async () => void deletes++ }), limits)
    for (let attempt = 0; attempt < 5; attempt++) await expect(store.read(['k'])).rejects.toThrow()
    expect([reads, store.isOpen]).toEqual([2, true])
    await store.delete(['k'])
    expect([deletes, store.isOpen]).toEqual([1, false])
  })

  test('refuses a read only when the call for it has returned', async () => {
    const store = new GuardedStore('redis', storeOf({ read: () => Promise.reject(new Error('down')) }), limits)
    while (!store.isOpen) await store.read(['k']).catch(() => undefined)
    const told: unknown[] = []
    store.look(
      ['k'],
      () => undefined,
      (error) => told.push(error),
    )
    expect(told).toEqual([])
    await expect.poll(() => told).toMatchObject([{ message: expect.stringContaining('left alone') }])
  })

  test.for<[string, (store: GuardedStore) => Promise<unknown>, unknown]>([
    ['acquired', (store) => store.acquire([request]), [{ state: 'lease', lease }] satisfies Acquired[]],
    ['claimed', (store) => store.claim(request), lease],
  ])('releases a lease that is %s too late', async ([, ask, answer]) => {
    const late = gate<never>()
    const released: (readonly Lease[])[] = []
    const release = async (leases: readonly Lease[]) => void released.push(leases)
    const store = new GuardedStore('redis', storeOf({ acquire: late.load, claim: late.load, release }), limits)
    await expect(ask(store)).rejects.toThrow('No answer within 10 ms')
    late.open(answer as never)
    await expect.poll(() => released).toEqual([[lease]])
  })

  test('has counters only where its tier has', async () => {
    expect(new GuardedStore('plain', storeOf({}), limits).counters).toBeUndefined()
    const counters = { add: async () => true, increment: async () => 5, touch: async () => true }
    const store = new GuardedStore('counting', storeOf({ counters }), limits)
    expect(await store.counters?.increment('k', 1, { softMs: 1, hardMs: 1 })).toBe(5)
  })
})
