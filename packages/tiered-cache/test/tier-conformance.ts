import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import type { Acquired, Fill, Lease, LeaseRequest, NewEntry, SharedStore, SharedTier } from '../src/tier.ts'

const minute = 60_000

export function entryOf(value: string | Buffer, rest: Partial<NewEntry> = {}): NewEntry {
  return { payload: Buffer.from(value), softMs: minute, hardMs: 2 * minute, tags: [], ...rest }
}

export function requestOf(key: string, rest: Partial<LeaseRequest> = {}): LeaseRequest {
  return { key, tags: [], leaseMs: 10_000, hardMs: 2 * minute, known: undefined, ...rest }
}

export async function textIn(store: SharedStore, key: string): Promise<string | undefined> {
  const [entry] = await store.read([key])
  return entry && Buffer.from(entry.payload).toString()
}

export async function acquireOne(store: SharedStore, request: LeaseRequest): Promise<Acquired> {
  const [acquired] = await store.acquire([request])
  if (acquired === undefined) throw new Error('No answer')
  return acquired
}

export async function leaseOf(store: SharedStore, request: LeaseRequest): Promise<Lease> {
  const acquired = await acquireOne(store, request)
  if (acquired.state !== 'lease') throw new Error(`Not granted: ${acquired.state}`)
  return acquired.lease
}

export async function fillOne(store: SharedStore, fill: Fill): Promise<boolean | undefined> {
  const [filled] = await store.fill([fill])
  return filled
}

export const openIn = (tier: SharedTier, namespace = `test-${randomUUID().slice(0, 8)}`) =>
  tier.open({ namespace, announcement: undefined })

/** What a tier cannot do as finely as others. */
export interface Coarseness {
  /** The step of its clock, in milliseconds: what lives shorter may live as long. */
  readonly stepMs?: number
}

/** What every shared tier does. `createTier` makes one; namespaces are fresh. */
export function tierConformance(name: string, createTier: () => SharedTier, { stepMs = 1 }: Coarseness = {}): void {
  describe(`${name} is a tier that`, () => {
    const opened: SharedStore[] = []
    const open = (namespace?: string) => {
      const store = openIn(createTier(), namespace)
      opened.push(store)
      return store
    }
    afterAll(() => Promise.all(opened.map((store) => store.close())))

    entryTests(open, stepMs)
    leaseTests(open, stepMs)
    tagTests(open)
    counterTests(open, stepMs)
  })
}

type Open = (namespace?: string) => SharedStore

function entryTests(open: Open, stepMs: number): void {
  const store = open()
  const freshKey = () => randomUUID()

  test('has nothing for keys that were never stored, and answers in order', async () => {
    const [here, there] = [freshKey(), freshKey()]
    await store.write([{ key: here, entry: entryOf('here') }])
    const found = await store.read([freshKey(), here, there])
    expect(found.map((entry) => entry && Buffer.from(entry.payload).toString())).toEqual([undefined, 'here', undefined])
  })

  test('returns the bytes that were stored, whatever they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))
    const keys = [freshKey(), freshKey()]
    await store.write([
      { key: keys[0] ?? '', entry: entryOf(bytes) },
      { key: keys[1] ?? '', entry: entryOf(Buffer.alloc(0)) },
    ])
    const found = await store.read(keys)
    expect(found.map((entry) => entry && Buffer.from(entry.payload))).toEqual([bytes, Buffer.alloc(0)])
  })

  test('returns large values', async () => {
    const key = freshKey()
    const bytes = Buffer.alloc(900_000, 'x\r\nEND\r\n')
    await store.write([{ key, entry: entryOf(bytes) }])
    const [entry] = await store.read([key])
    expect(bytes.equals(entry?.payload ?? Buffer.alloc(0))).toBe(true)
  })

  test.for([
    'with space',
    'line\r\nfeed',
    '}',
    'a}b{c',
    '%7D',
    'ключ',
    '🦉'.repeat(100),
    'x'.repeat(200),
    ':lease',
    "'; --",
  ])('keeps apart a key such as %j', async (key) => {
    const other = open()
    await other.write([{ key, entry: entryOf('mine') }])
    await other.write([{ key: `${key.slice(0, 199)}~`, entry: entryOf('other') }])
    expect(await textIn(other, key)).toBe('mine')
    await other.delete([key])
    expect(await textIn(other, key)).toBeUndefined()
    const lease = await leaseOf(other, requestOf(key))
    expect(await fillOne(other, { lease, entry: entryOf('again') })).toBe(true)
    expect(await textIn(other, key)).toBe('again')
  })

  test('keeps namespaces apart', async () => {
    const [one, other] = [open('test-ab'), open('test-a')]
    await one.write([{ key: 'k', entry: entryOf('one') }])
    await other.delete(['k', 'b:k'])
    await other.clear()
    expect(await textIn(one, 'k')).toBe('one')
    await one.delete(['k'])
  })

  test('tells the time that is left, never more than was given', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('value', { softMs: 20_000, hardMs: 40_000 }) }])
    const [entry] = await store.read([key])
    expect(entry?.softMs).toBeLessThanOrEqual(20_000)
    expect(entry?.softMs).toBeGreaterThan(10_000)
    expect(entry?.hardMs).toBeLessThanOrEqual(40_000)
    expect(entry?.hardMs).toBeGreaterThan(30_000)
  })

  test('keeps an entry stale beyond its soft time', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('stale', { softMs: 0 }) }])
    const [entry] = await store.read([key])
    expect(entry?.softMs).toBeLessThanOrEqual(0)
    expect(entry?.hardMs).toBeGreaterThan(minute)
  })

  test('forgets an entry when its hard time is over', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('short', { softMs: 10, hardMs: Math.max(30, stepMs) }) }])
    await expect.poll(() => textIn(store, key), { timeout: 5_000 }).toBeUndefined()
  })

  test('gives every entry a version of its own', async () => {
    const key = freshKey()
    const versions = new Set<string | undefined>()
    for (const value of ['a', 'b', 'a']) {
      await store.write([{ key, entry: entryOf(value) }])
      const [entry] = await store.read([key])
      versions.add(entry?.version)
    }
    expect(versions.size).toBe(3)
    expect([...(await store.read([key, key]))].map((entry) => entry?.version)).toEqual(Array(2).fill([...versions][2]))
  })

  test('makes entries stale and leaves them readable', async () => {
    const keys = [freshKey(), freshKey()]
    await store.write([{ key: keys[0] ?? '', entry: entryOf('kept', { softMs: 50_000, hardMs: 100_000 }) }])
    await store.expire([...keys])
    const [entry, none] = await store.read(keys)
    expect(entry?.softMs).toBeLessThanOrEqual(0)
    expect(entry?.hardMs).toBeGreaterThan(50_000)
    expect(Buffer.from(entry?.payload ?? '').toString()).toBe('kept')
    expect(none).toBeUndefined()
  })

  test('takes deletes and expiries of what is not there', async () => {
    await store.delete([freshKey(), freshKey()])
    await store.expire([freshKey()])
    await store.release([{ key: freshKey(), token: 'none' }])
    expect(await textIn(store, freshKey())).toBeUndefined()
  })

  test('forgets everything at a clear, also what is being loaded, and goes on', async () => {
    const cleared = open()
    await cleared.write([{ key: 'a', entry: entryOf('a') }])
    const lease = await leaseOf(cleared, requestOf('b'))
    await cleared.clear()
    await fillOne(cleared, { lease, entry: entryOf('stale') })
    expect([await textIn(cleared, 'a'), await textIn(cleared, 'b')]).toEqual([undefined, undefined])
    await cleared.write([{ key: 'a', entry: entryOf('new') }])
    expect(await textIn(cleared, 'a')).toBe('new')
  })
}

function leaseTests(open: Open, stepMs: number): void {
  const namespace = `test-${randomUUID().slice(0, 8)}`
  const store = open(namespace)
  const other = open(namespace)
  const freshKey = () => randomUUID()

  test('grants the lease of a cold key to one and lets others wait', async () => {
    const key = freshKey()
    expect((await acquireOne(store, requestOf(key))).state).toBe('lease')
    expect((await acquireOne(other, requestOf(key))).state).toBe('wait')
  })

  test('grants the lease of a cold key to one of many that ask at once', async () => {
    const key = freshKey()
    const asked = Array.from({ length: 20 }, (_, index) => acquireOne(index % 2 ? store : other, requestOf(key)))
    const states = (await Promise.all(asked)).map(({ state }) => state)
    expect(states.filter((state) => state === 'lease')).toHaveLength(1)
    expect(states.filter((state) => state === 'wait')).toHaveLength(19)
  })

  test('answers each of several requests for itself', async () => {
    const [hit, cold, held] = [freshKey(), freshKey(), freshKey()]
    await store.write([{ key: hit, entry: entryOf('hit') }])
    await acquireOne(other, requestOf(held))
    const acquired = await store.acquire([hit, cold, held].map((key) => requestOf(key)))
    expect(acquired).toMatchObject([{ state: 'hit' }, { state: 'lease' }, { state: 'wait' }])
    expect(acquired[0]).toMatchObject({ entry: { payload: Buffer.from('hit') } })
  })

  test('answers with a stale entry unless the caller knows it', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('old', { softMs: 0 }) }])
    const acquired = await acquireOne(store, requestOf(key))
    const known = acquired.state === 'hit' ? acquired.entry.version : undefined
    expect((await acquireOne(store, requestOf(key, { known }))).state).toBe('lease')
    expect((await acquireOne(other, requestOf(key, { known }))).state).toBe('wait')
    expect(await textIn(store, key)).toBe('old')
    await store.write([{ key, entry: entryOf('new') }])
    expect(await acquireOne(other, requestOf(key, { known }))).toMatchObject({ state: 'hit' })
  })

  test('replaces a stale entry under a lease', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('old', { softMs: 0 }) }])
    const [entry] = await store.read([key])
    const lease = await leaseOf(store, requestOf(key, { known: entry?.version }))
    expect(await fillOne(store, { lease, entry: entryOf('new') })).toBe(true)
    expect(await textIn(other, key)).toBe('new')
  })

  test('keeps the entry readable while a lease is claimed', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('kept') }])
    const lease = await store.claim(requestOf(key))
    expect(await textIn(store, key)).toBe('kept')
    expect(await fillOne(store, { lease, entry: entryOf('new') })).toBe(true)
    expect(await textIn(store, key)).toBe('new')
  })

  test.for<[string, (key: string) => Promise<unknown>]>([
    ['a delete', (key) => other.delete([key])],
    ['a write and a delete', (key) => other.write([{ key, entry: entryOf('w') }]).then(() => other.delete([key]))],
    ['a later claim', (key) => other.claim(requestOf(key))],
    ['an expiry', (key) => other.expire([key])],
    ['its release', async () => undefined],
  ])('stores nothing under a lease that ended by %s', async ([what, end]) => {
    for (const take of [leaseOf, (at: SharedStore, request: LeaseRequest) => at.claim(request)]) {
      const key = freshKey()
      const lease = await take(store, requestOf(key))
      if (what === 'its release') await store.release([lease])
      await end(key)
      expect(await fillOne(store, { lease, entry: entryOf('stale') })).toBe(false)
      expect(await textIn(store, key)).toBeUndefined()
    }
  })

  test('keeps a later write from being overwritten by an earlier lease', async () => {
    const key = freshKey()
    const lease = await leaseOf(store, requestOf(key))
    await other.write([{ key, entry: entryOf('written') }])
    expect(await fillOne(store, { lease, entry: entryOf('stale') })).toBe(false)
    expect(await textIn(store, key)).toBe('written')
  })

  test('keeps a lease of a stale entry from being filled after a delete', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('old', { softMs: 0 }) }])
    const [entry] = await store.read([key])
    const lease = await leaseOf(store, requestOf(key, { known: entry?.version }))
    await other.delete([key])
    expect(await fillOne(store, { lease, entry: entryOf('stale') })).toBe(false)
    expect(await textIn(store, key)).toBeUndefined()
  })

  test('stores once under a lease', async () => {
    const key = freshKey()
    const lease = await leaseOf(store, requestOf(key))
    expect(await fillOne(store, { lease, entry: entryOf('once') })).toBe(true)
    expect(await fillOne(store, { lease, entry: entryOf('twice') })).toBe(false)
    expect(await textIn(store, key)).toBe('once')
  })

  test('fills several leases, each for itself', async () => {
    const keys = [freshKey(), freshKey(), freshKey()]
    const leases = await Promise.all(keys.map((key) => leaseOf(store, requestOf(key))))
    await other.delete([keys[1] ?? ''])
    const filled = await store.fill(leases.map((lease) => ({ lease, entry: entryOf(lease.key) })))
    expect(filled).toEqual([true, false, true])
    expect(await Promise.all(keys.map((key) => textIn(store, key)))).toEqual([keys[0], undefined, keys[2]])
  })

  test('lets a broken lease be released without harm to the one that broke it', async () => {
    const key = freshKey()
    const earlier = await store.claim(requestOf(key))
    const later = await other.claim(requestOf(key))
    await store.release([earlier])
    expect(await fillOne(other, { lease: later, entry: entryOf('later') })).toBe(true)
    expect(await textIn(store, key)).toBe('later')
  })

  test('grants a lease again when it was released or has run out', async () => {
    const key = freshKey()
    const first = await leaseOf(store, requestOf(key))
    await store.release([first])
    const short = await leaseOf(other, requestOf(key, { leaseMs: Math.max(20, stepMs) }))
    await expect
      .poll(async () => (await acquireOne(store, requestOf(key))).state, { timeout: 5_000, interval: 20 })
      .toBe('lease')
    expect(await fillOne(other, { lease: short, entry: entryOf('late') })).toBe(false)
  })

  test('answers those who ask while others delete, and leaves nothing stale', async () => {
    const key = freshKey()
    let version = 0
    const round = async (at: SharedStore) => {
      const acquired = await acquireOne(at, requestOf(key))
      if (acquired.state !== 'lease') return
      const read = version
      await new Promise(setImmediate)
      await fillOne(at, { lease: acquired.lease, entry: entryOf(String(read)) })
    }
    const change = async () => {
      version++
      await other.delete([key])
    }
    for (let turn = 0; turn < 15; turn++) await Promise.all([round(store), round(other), change(), round(store)])
    expect([undefined, String(version)]).toContain(await textIn(store, key))
  })
}

function tagTests(open: Open): void {
  const namespace = `test-${randomUUID().slice(0, 8)}`
  const store = open(namespace)
  const other = open(namespace)
  const freshKey = () => randomUUID()
  const write = (key: string, tags: readonly string[]) => store.write([{ key, entry: entryOf(key, { tags }) }])

  test('returns an entry with its tags', async () => {
    const key = freshKey()
    const tags = [`${key}:a`, 'тег "quoted"\n', 'x'.repeat(200)]
    await write(key, tags)
    const [entry] = await other.read([key])
    expect(entry?.tags).toEqual(tags)
  })

  test('no longer returns an entry when one of its tags was invalidated', async () => {
    const [one, two] = [freshKey(), freshKey()]
    await write(one, [`${one}:a`, `${one}:b`])
    await write(two, [`${one}:c`])
    await other.invalidateTags([`${one}:b`, 'unused'])
    expect([await textIn(store, one), await textIn(store, two)]).toEqual([undefined, two])
  })

  test('writes and fills entries of different lengths and tags by one call, each as it is', async () => {
    const keys = Array.from({ length: 6 }, freshKey)
    const payloadOf = (index: number) => Buffer.alloc(index * 7, index)
    const items = keys.map((key, index) => ({
      key,
      entry: entryOf(payloadOf(index), {
        tags: index % 2 ? [`${keys[0]}:odd`] : [],
        softMs: (index + 1) * minute,
        hardMs: 10 * minute,
      }),
    }))
    const read = async () => (await other.read(keys)).map((entry) => entry && Buffer.from(entry.payload))
    const payloads = keys.map((_, index) => payloadOf(index))
    await store.write(items)
    expect(await read()).toEqual(payloads)
    await store.delete(keys)
    const leases = await Promise.all(
      items.map(({ key, entry }) => leaseOf(store, requestOf(key, { tags: entry.tags }))),
    )
    const fills = items.map(({ entry }, index) => ({ lease: leases[index] ?? expect.fail('No lease'), entry }))
    expect(await store.fill(fills)).toEqual(keys.map(() => true))
    expect(await read()).toEqual(payloads)
    const [, second, third] = await other.read(keys)
    expect([second?.tags, third?.tags]).toEqual([[`${keys[0]}:odd`], []])
    expect(Math.round((third?.softMs ?? 0) / 60_000)).toBe(3)
    await other.invalidateTags([`${keys[0]}:odd`])
    expect((await read()).map((bytes) => bytes !== undefined)).toEqual([true, false, true, false, true, false])
  })

  test('grants the lease of an entry that was invalidated', async () => {
    const key = freshKey()
    const tags = [`${key}:tag`]
    await write(key, tags)
    await other.invalidateTags(tags)
    const lease = await leaseOf(store, requestOf(key, { tags }))
    expect(await fillOne(store, { lease, entry: entryOf('new', { tags }) })).toBe(true)
    expect(await textIn(other, key)).toBe('new')
  })

  test('never returns what was leased before one of its tags was invalidated', async () => {
    const key = freshKey()
    const tags = [`${key}:tag`, `${key}:other`]
    const lease = await leaseOf(store, requestOf(key, { tags }))
    await other.invalidateTags(tags.slice(1))
    expect(await fillOne(store, { lease, entry: entryOf('stale', { tags }) })).toBe(false)
    expect(await textIn(store, key)).toBeUndefined()
  })

  test('stores a tag that the lease did not name unless it was invalidated since', async () => {
    const [one, two] = [freshKey(), freshKey()]
    const first = await leaseOf(store, requestOf(one))
    expect(await fillOne(store, { lease: first, entry: entryOf('kept', { tags: [`${one}:tag`] }) })).toBe(true)
    const second = await leaseOf(store, requestOf(two))
    await other.invalidateTags([`${one}:tag`])
    expect(await fillOne(store, { lease: second, entry: entryOf('stale', { tags: [`${one}:tag`] }) })).toBe(false)
    expect([await textIn(store, one), await textIn(store, two)]).toEqual([undefined, undefined])
  })
}

function counterTests(open: Open, stepMs: number): void {
  const namespace = `test-${randomUUID().slice(0, 8)}`
  const store = open(namespace)
  const other = open(namespace)
  const freshKey = () => randomUUID()
  const lifetime = { softMs: minute, hardMs: minute }
  const counters = () => store.counters ?? expect.fail('It has no counters')

  test('adds an entry only where there is none', async () => {
    const key = freshKey()
    const added = await Promise.all(
      ['a', 'b', 'c'].map((value) => counters().add({ key, entry: entryOf(value, { tags: [`${key}:tag`] }) })),
    )
    expect(added.filter(Boolean)).toHaveLength(1)
    await other.invalidateTags([`${key}:tag`])
    expect(await counters().add({ key, entry: entryOf('again') })).toBe(true)
    expect(await textIn(other, key)).toBe('again')
  })

  test('breaks the lease of a key when it adds to it or counts on it', async () => {
    const [one, two] = [freshKey(), freshKey()]
    const [first, second] = [await leaseOf(store, requestOf(one)), await leaseOf(store, requestOf(two))]
    expect(await counters().add({ key: one, entry: entryOf('added') })).toBe(true)
    await counters().increment(two, 5, lifetime)
    const fills = [first, second].map((lease) => ({ lease, entry: entryOf('1') }))
    expect(await store.fill(fills)).toEqual([false, false])
    expect([await textIn(store, one), await textIn(store, two)]).toEqual(['added', '5'])
  })

  test('counts up and down without losing any', async () => {
    const key = freshKey()
    const sums = await Promise.all(Array.from({ length: 20 }, () => counters().increment(key, 3, lifetime)))
    expect(new Set(sums).size).toBe(20)
    expect(await counters().increment(key, -70, lifetime)).toBe(-10)
    expect(await textIn(other, key)).toBe('-10')
  })

  test('counts on under the times that are there', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('41', { softMs: 30_000, hardMs: 30_000 }) }])
    const [before] = await store.read([key])
    expect(await counters().increment(key, 1, lifetime)).toBe(42)
    const [after] = await store.read([key])
    expect(after?.hardMs).toBeLessThanOrEqual(30_000)
    expect(after?.version).not.toBe(before?.version)
  })

  test.for(['text', '1.5', '', '9007199254740991'])('does not count on %j', async (value) => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf(value) }])
    expect(await counters().increment(key, 1, lifetime)).toBeUndefined()
    expect(await textIn(store, key)).toBe(value)
  })

  test('starts to count anew when the counter was cleared', async () => {
    const cleared = open()
    await cleared.counters?.increment('n', 5, lifetime)
    await cleared.clear()
    expect(await cleared.counters?.increment('n', 2, lifetime)).toBe(2)
  })

  test('gives an entry another lifetime', async () => {
    const key = freshKey()
    await store.write([{ key, entry: entryOf('value', { softMs: 5_000, hardMs: 5_000 }) }])
    expect(await counters().touch(key, { softMs: 100_000, hardMs: 200_000 })).toBe(true)
    const [entry] = await store.read([key])
    expect(entry?.softMs).toBeGreaterThan(90_000)
    expect(entry?.hardMs).toBeGreaterThan(190_000)
    expect(entry?.hardMs).toBeLessThanOrEqual(200_000)
    expect(await textIn(store, key)).toBe('value')
    expect(await counters().touch(freshKey(), lifetime)).toBe(false)
    expect(await counters().touch(key, { softMs: 10, hardMs: Math.max(20, stepMs) })).toBe(true)
    await expect.poll(() => textIn(store, key), { timeout: 5_000 }).toBeUndefined()
  })
}
