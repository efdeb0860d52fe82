import { once } from 'node:events'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { protect } from '@seawall/guard/node'
import type { End, Reply } from '@seawall/guard'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { limiterOf, memoryStore, rateLimit, type RateLimitOptions } from '../src/index.ts'
import { exchange } from './exchange.ts'
import { close, listen } from './mounts.ts'

function counting(options: Partial<RateLimitOptions>) {
  const guard = rateLimit({ name: 'a', key: 'ip', rate: '9/m', ...options })
  const run = (end: Partial<End>) => {
    const asked = exchange()
    const reply = guard.onRequest?.(asked) as Reply | undefined
    guard.onClose?.(asked, { status: 200, aborted: false, bytes: 0, ...end })
    return reply
  }
  const remaining = () => guard.limiter('a').peek('203.0.113.9')
  return { guard, run, remaining }
}

describe('what counts by its response', () => {
  it.each([
    [200, 9],
    [302, 9],
    [399, 9],
    [400, 8],
    [429, 8],
    [500, 8],
  ])('failures: a status of %i leaves %i', (status, left) => {
    const { run, remaining } = counting({ count: 'failures' })
    run({ status })
    expect(remaining()).toMatchObject({ remaining: left })
  })

  it('a function says what a status takes', () => {
    const { run, remaining } = counting({ cost: 2, count: (status) => (status === 401 ? 3 : 0) })
    run({ status: 200 })
    expect(remaining()).toMatchObject({ remaining: 9 })
    run({ status: 401 })
    expect(remaining()).toMatchObject({ remaining: 6 })
  })

  it.each([-1, Number.NaN, 0.5])('what a function says of a status, %d, leaves all counted and is reported', (cost) => {
    const { run, remaining } = counting({ count: () => cost })
    expect(() => run({ status: 200 })).toThrow("as 'cost' must be")
    expect(remaining()).toMatchObject({ remaining: 8 })
  })

  it('all: nothing listens to the end', () => {
    expect(counting({ count: 'all' }).guard).not.toHaveProperty('onClose')
  })

  it('a refused request gives nothing back', () => {
    const { run, remaining } = counting({ rate: '1/m', count: 'failures' })
    run({ status: 401 })
    expect(run({ status: 200 })?.status).toBe(429)
    expect(remaining()).toMatchObject({ remaining: 0 })
  })

  it('a limit that only watches is settled too', () => {
    const { run, remaining } = counting({ count: 'failures', shadow: true })
    run({ status: 200 })
    expect(remaining()).toMatchObject({ remaining: 9 })
  })

  it('an exchange that the guard was not asked about is left alone', () => {
    const { guard } = counting({ count: 'failures' })
    expect(() => guard.onClose?.(exchange(), { status: 200, aborted: false, bytes: 0 })).not.toThrow()
  })

  it('each of several limits is settled by its own rule', () => {
    const guard = rateLimit([
      { name: 'all', key: 'ip', rate: '9/m' },
      { name: 'fails', key: 'ip', rate: '9/m', count: 'failures' },
    ])
    const asked = exchange()
    void guard.onRequest?.(asked)
    guard.onClose?.(asked, { status: 200, aborted: false, bytes: 0 })
    expect(guard.limiter('all').peek('203.0.113.9')).toMatchObject({ remaining: 8 })
    expect(guard.limiter('fails').peek('203.0.113.9')).toMatchObject({ remaining: 9 })
  })
})

describe('over a socket', () => {
  let server: Server

  afterEach(() => close(server))

  it('a client that does not wait for the response stays counted', async () => {
    const limit = rateLimit({ name: 'fails', key: 'ip', rate: '9/m', count: 'failures' })
    let end: End | undefined
    const last = { name: 'last', onClose: (_: unknown, told: End) => void (end = told) }
    server = await listen(protect([limit, last], (_, response) => void response.write('half')))
    const sent = request({ port: (server.address() as AddressInfo).port }).end()
    await once(sent, 'response')
    sent.destroy()
    await vi.waitFor(() => expect(end).toMatchObject({ aborted: true, status: 200 }))
    expect(limit.limiter('fails').peek('127.0.0.1')).toMatchObject({ remaining: 8 })
  })
})

describe('limiterOf', () => {
  it('finds nothing where no limit has decided', () => {
    expect(limiterOf({})).toBeUndefined()
  })

  it('tells of every guard that the request has passed, and settles all, or one by name', async () => {
    const store = memoryStore()
    const first = rateLimit({ name: 'first', key: 'ip', rate: '9/m', store })
    const second = rateLimit({ name: 'second', key: 'ip', rate: '5/m', store })
    const skipped = rateLimit({ name: 'third', key: 'ip', rate: '5/m', store, skip: () => true })
    let seen: unknown
    const server = await listen(
      protect([first, second, skipped], async (incoming, response) => {
        const limiter = limiterOf(incoming)
        seen = limiter?.decisions.map(({ policies }) => policies.map(({ name }) => name))
        await limiter?.settle(3)
        await limiter?.settle(4, 'second')
        expect(() => limiter?.settle(-1)).toThrow(RangeError)
        response.end()
      }),
    )
    const [response] = await once(request({ port: (server.address() as AddressInfo).port }).end(), 'response')
    expect(response.statusCode).toBe(200)
    expect(seen).toEqual([['first'], ['second']])
    expect(first.limiter('first').peek('127.0.0.1')).toMatchObject({ remaining: 6 })
    expect(second.limiter('second').peek('127.0.0.1')).toMatchObject({ remaining: 1 })
    await close(server)
  })
})
