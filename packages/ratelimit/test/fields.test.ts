import type { Head, HeaderValue, Reply } from '@seawall/guard'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStore, rateLimit, type LimitOptions, type RateLimitSettings } from '../src/index.ts'
import { exchange } from './exchange.ts'

function ask(limits: readonly LimitOptions[], settings: RateLimitSettings, count = 1) {
  const guard = rateLimit(limits, { store: memoryStore({ now: () => 0 }), ...settings })
  let request = exchange()
  let reply = guard.onRequest?.(request) as Reply | undefined
  for (let index = 1; index < count; index++) {
    request = exchange()
    reply = guard.onRequest?.(request) as Reply | undefined
  }
  return { reply, sent: Object.fromEntries(request.sent) as Record<string, string> }
}

const two: readonly LimitOptions[] = [
  { name: 'a', key: 'ip', rate: '9/m' },
  { name: 'b', key: 'ip', rate: '2/s' },
]

describe('the fields', () => {
  it('of the draft are two lists of all limits', () => {
    expect(ask(two, {}).sent).toEqual({
      'ratelimit-policy': '"a";q=9;w=60, "b";q=2;w=1',
      ratelimit: '"a";r=8;t=60, "b";r=1;t=1',
    })
  })

  it('of the past tell of the limit that is nearest to its end', () => {
    expect(ask(two, { headers: 'legacy' }).sent).toEqual({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '1',
    })
    expect(ask(two, { headers: 'legacy' }, 3).sent).toMatchObject({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
    })
  })

  it('are sent both, or none, but for the time to wait', () => {
    expect(Object.keys(ask(two, { headers: 'both' }).sent)).toHaveLength(5)
    const { reply, sent } = ask(two, { headers: false }, 3)
    expect(sent).toEqual({})
    expect(reply?.headers).toMatchObject({ 'retry-after': '1' })
  })

  it('say nothing of a limit that is not shown', () => {
    const hidden = two.map((limit) => ({ ...limit, expose: false }))
    expect(ask(hidden, { headers: 'both' }).sent).toEqual({})
  })

  it('never tell to come back too early', () => {
    const { reply, sent } = ask([{ name: 'a', key: 'ip', rate: '1/1500ms' }], {}, 2)
    expect(sent).toEqual({ 'ratelimit-policy': '"a";q=1', ratelimit: '"a";r=0;t=2' })
    expect(reply?.headers).toMatchObject({ 'retry-after': '2' })
    const soon = ask([{ name: 'a', key: 'ip', rate: '1/1ms' }], {}, 2)
    expect(soon.sent['ratelimit']).toBe('"a";r=0;t=1')
    expect(soon.reply?.headers).toMatchObject({ 'retry-after': '1' })
  })

  it('are lists by RFC 9651, whatever the limits', () => {
    const item = String.raw`"[ !#-\[\]-~]*"(?:;[a-z*][a-z0-9_.*-]*=-?\d{1,15})*`
    const list = new RegExp(`^${item}(?:, ${item})*$`)
    const limits = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[\w./-]{1,64}$/),
        limit: fc.nat(2 ** 31 - 1),
        windowMs: fc.integer({ min: 1, max: 30 * 86_400_000 }),
      }),
      { minLength: 1, maxLength: 4, selector: ({ name }) => name },
    )
    fc.assert(
      fc.property(limits, (some) => {
        const { sent } = ask(
          some.map(({ name, ...rate }) => ({ name, key: 'ip', rate })),
          {},
        )
        expect(sent['ratelimit-policy']).toMatch(list)
        expect(sent['ratelimit']).toMatch(list)
      }),
      { numRuns: 200 },
    )
  })

  it('are listed for scripts behind what the application lists, once', () => {
    const headers = new Map<string, HeaderValue>([['access-control-expose-headers', 'X-Total, RateLimit']])
    const head: Head = {
      status: 200,
      get: (name) => headers.get(name),
      set: (name, value) => void headers.set(name, value),
      append: (name, value) => void headers.set(name, [headers.get(name) ?? [], value].flat()),
      delete: (name) => void headers.delete(name),
    }
    for (const name of ['a', 'b'])
      rateLimit({ name, key: 'ip', rate: '1/m', exposeHeaders: true }).onHead?.(exchange(), head)
    expect(headers.get('access-control-expose-headers')).toEqual([
      'X-Total, RateLimit',
      'retry-after, ratelimit-policy',
    ])
  })
})

describe('the body of a refusal', () => {
  it('is a line of text where it is told so', () => {
    expect(ask(two, { body: 'text' }, 3).reply).toEqual({
      status: 429,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'retry-after': '1' },
      body: 'Rate limit exceeded. Retry in 1 second.',
    })
  })

  it('is what the application makes of the decision', () => {
    const { reply } = ask(
      two,
      { body: ({ violated, limit }) => ({ type: 'text/html', body: `<p>${violated.join()} ${limit}` }) },
      3,
    )
    expect(reply).toEqual({
      status: 429,
      headers: { 'content-type': 'text/html', 'cache-control': 'no-store', 'retry-after': '1' },
      body: '<p>b 2',
    })
  })
})
