import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { guard as expressGuard } from '../src/express.ts'
import { guard as fastifyGuard, guardHook } from '../src/fastify.ts'
import { guard as honoGuard } from '../src/hono.ts'
import type { Guard, GuardOptions } from '../src/index.ts'
import { guard as koaGuard } from '../src/koa.ts'
import { attach, middleware, protect } from '../src/node.ts'

type Mount = (guards: readonly Guard[], options?: GuardOptions) => unknown

const doors: [string, Mount][] = [
  ['protect', (guards, options) => protect(guards, () => {}, options)],
  ['middleware', middleware],
  ['attach', (guards, options) => attach(createServer(), guards, options)],
  ['Express', expressGuard],
  ['Fastify', fastifyGuard],
  ["Fastify's hook", guardHook],
  ['Koa', koaGuard],
  ['Hono', honoGuard],
]

describe.each(doors)('%s', (_, mount) => {
  it('takes guards and every option, and options that are left out', () => {
    expect(() => mount([])).not.toThrow()
    expect(() => mount([{ name: 'a' }], {})).not.toThrow()
    expect(() =>
      mount([{ name: 'a', headers: { 'x-a': '1' }, remove: ['x-b'] }], {
        trustedProxies: ['10.0.0.0/8'],
        proxyHeaders: 'forwarded',
        onError: () => {},
      }),
    ).not.toThrow()
    expect(() => mount([], { trustedProxies: undefined, onError: undefined } as unknown as GuardOptions)).not.toThrow()
  })

  it.each([
    [
      { trustedProxys: 1 },
      TypeError,
      "Cannot mount guards as 'trustedProxys' is not an option: did you mean 'trustedProxies'?",
    ],
    [{ onerror: () => {} }, TypeError, "did you mean 'onError'?"],
    [{ colour: 1 }, TypeError, 'known options are trustedProxies, proxyHeaders, onError'],
    [
      { proxyHeaders: 'both' },
      RangeError,
      `'proxyHeaders' must be one of "x-forwarded", "forwarded": current value is "both"`,
    ],
    [{ onError: 'log' }, TypeError, `'onError' must be a function: current value is "log"`],
    [{ trustedProxies: 'loopback' }, TypeError, "'trustedProxies' must be an array of addresses and CIDR blocks"],
    [{ trustedProxies: ['10.0.0.0/99'] }, RangeError, `current value is "10.0.0.0/99"`],
    [{ trustedProxies: -1 }, RangeError, 'a number of proxies from 0 to 32'],
    [null, TypeError, 'the options must be an object: current value is null'],
    ['strict', TypeError, 'the options must be an object'],
  ])('refuses the options %j', (options, type, message) => {
    expect(() => mount([], options as GuardOptions)).toThrow(type)
    expect(() => mount([], options as GuardOptions)).toThrow(message)
  })

  it.each([
    [undefined, "Cannot mount guards as 'guards' must be an array of guards: current value is undefined"],
    [{ name: 'a' }, "'guards' must be an array of guards: current value is object"],
    [[undefined], 'Cannot mount a guard as it must be an object with a name: current value is undefined'],
    [[null], 'Cannot mount a guard'],
    [[() => {}], 'current value is function'],
    [[{}], 'Cannot mount a guard'],
    [[{ name: '' }], 'Cannot mount a guard'],
    [
      [{ name: 'a', onRequest: true }],
      "Cannot mount guard 'a' as 'onRequest' must be a function: current value is boolean",
    ],
    [[{ name: 'a', onClose: null }], "'onClose' must be a function"],
    [
      [{ name: 'a', onRequset: () => {} }],
      "Cannot mount guard 'a' as 'onRequset' is not part of a guard: did you mean 'onRequest'?",
    ],
    [[{ name: 'a', header: {} }], "'header' is not part of a guard: did you mean 'headers'?"],
    [
      [{ name: 'a', onResponse: () => {} }],
      'is not part of a guard: known moments are onRequest, onHead, onBody, onClose',
    ],
    [[{ name: 'a', headers: 'x-a' }], "'headers' must be an object: current value is string"],
    [[{ name: 'a', headers: ['x-a'] }], "'headers' must be an object"],
    [[{ name: 'a', headers: { 'X-A': '1' } }], "header 'X-A' must be a lower-case name"],
    [[{ name: 'a', headers: { 'x-a': 'a\r\nx-b: 1' } }], "header 'x-a' must be"],
    [[{ name: 'a', headers: { 'x-a': 1 } }], "header 'x-a' must be"],
    [[{ name: 'a', headers: { 'x a': '1' } }], "header 'x a' must be"],
    [[{ name: 'a', remove: 'x-powered-by' }], "'remove' must be an array: current value is string"],
    [[{ name: 'a', remove: ['X-Powered-By'] }], "'remove' must list lower-case names: one is 'X-Powered-By'"],
  ])('refuses the guards %j', (guards, message) => {
    expect(() => mount(guards as unknown as Guard[])).toThrow(TypeError)
    expect(() => mount(guards as unknown as Guard[])).toThrow(message)
  })

  it('never shows the value of a header', () => {
    expect(() => mount([{ name: 'a', headers: { 'x-a': 'secret\n' } }])).toThrow(/^(?!.*secret).*$/s)
  })

  it('lets a guard carry what is its own', () => {
    expect(() => mount([{ name: 'a', store: new Map(), limit: 3 } as Guard])).not.toThrow()
  })
})

it('protect refuses what is no listener', () => {
  expect(() => protect([], undefined as never)).toThrow("'listener' must be a function: current value is undefined")
})

it('the Hono door has an option of its own, and names it', () => {
  expect(() => honoGuard([], { peerAddress: () => '127.0.0.1' })).not.toThrow()
  expect(() => honoGuard([], { peerAddress: '127.0.0.1' } as never)).toThrow("'peerAddress' must be a function")
  expect(() => honoGuard([], { peerAdress: () => '' } as never)).toThrow("did you mean 'peerAddress'?")
  expect(() => expressGuard([], { peerAddress: () => '' } as never)).toThrow("'peerAddress' is not an option")
})
