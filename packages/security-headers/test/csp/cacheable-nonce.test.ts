import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { protect } from '@seawall/guard/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { csp, nonce, nonceOf, securityHeaders, type CacheableNonceMessage } from '../../src/index.ts'
import { frameworks } from '../frameworks.ts'
import { open, serve } from '../serve.ts'

function listen(): CacheableNonceMessage[] {
  const heard: CacheableNonceMessage[] = []
  const hear = (message: unknown): void => void heard.push(message as CacheableNonceMessage)
  subscribe('seawall:security-headers:cacheable-nonce', hear)
  onTestFinished(() => void unsubscribe('seawall:security-headers:cacheable-nonce', hear))
  return heard
}

const policy = securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: [nonce] } } })
const soon = new Date(Date.now() + 60_000).toUTCString()
const long = new Date(0).toUTCString()

type Sent = Record<string, string | string[]>

const verdictOn = async (sent: Sent, ask: Parameters<Awaited<ReturnType<typeof serve>>>[1] = {}, reads = true) => {
  const heard = listen()
  const listener = protect([policy], (request, response) => {
    if (reads) nonceOf(request)
    for (const [name, value] of Object.entries(sent)) response.setHeader(name, value)
    response.end('ok')
  })
  await (
    await serve(listener)
  )('/page?secret=1', ask)
  return heard
}

describe('a response with a nonce', () => {
  it.each<[Sent, CacheableNonceMessage['allowedBy']]>([
    [{ 'cache-control': 'public' }, 'public'],
    [{ 'cache-control': 'PUBLIC, max-age=60' }, 'public'],
    [{ 'cache-control': 's-maxage=60' }, 's-maxage'],
    [{ 'cache-control': 'max-age=60' }, 'max-age'],
    [{ 'cache-control': ['no-cache', 'max-age=0'] }, 'max-age'],
    [{ 'cache-control': 'private="set-cookie", max-age=60' }, 'max-age'],
    [{ expires: soon }, 'expires'],
    [{ 'cache-control': 'private', 'cdn-cache-control': 'max-age=60' }, 'max-age'],
  ])('that a shared cache may store is told of: %j', async (sent, allowedBy) => {
    expect(await verdictOn(sent)).toEqual([{ method: 'GET', path: '/page', status: 200, allowedBy }])
  })

  it.each<[Sent]>([
    [{}],
    [{ 'cache-control': 'no-store' }],
    [{ 'cache-control': 'private, max-age=60' }],
    [{ 'cache-control': 'public, no-store' }],
    [{ 'cache-control': 'no-cache' }],
    [{ 'cache-control': 'private', expires: soon }],
    [{ expires: long }],
    [{ expires: '0' }],
    [{ 'cache-control': 'x-public, max-agent=5' }],
  ])('that none may store is not: %j', async (sent) => {
    expect(await verdictOn(sent)).toEqual([])
  })

  it('in answer to credentials may be stored only where that is said', async () => {
    const asked = { headers: { authorization: 'Bearer x' } }
    expect(await verdictOn({ 'cache-control': 'max-age=60' }, asked)).toEqual([])
    expect(await verdictOn({ 'cache-control': 'max-age=60, must-revalidate' }, asked)).toHaveLength(1)
    expect(await verdictOn({ 'cache-control': 'public, max-age=60' }, asked)).toHaveLength(1)
  })

  it('in answer to POST is not stored', async () => {
    expect(await verdictOn({ 'cache-control': 'public' }, { method: 'POST' })).toEqual([])
  })
})

it('says nothing of a nonce that nobody read', async () => {
  expect(await verdictOn({ 'cache-control': 'public' }, {}, false)).toEqual([])
})

it.each([
  [csp.update({ scriptSrc: [nonce] }), 1],
  [csp.reportOnly({ scriptSrc: [nonce] }), 1],
  [csp.exempt(), 0],
])('looks once at a route whose nonce comes by $0.name', async (route, times) => {
  const heard = listen()
  const listener = protect([route.name === 'csp-exempt' ? securityHeaders() : policy, route], (request, response) => {
    if (times > 0) nonceOf(request)
    response.setHeader('cache-control', 'public')
    response.end('ok')
  })
  await (
    await serve(listener)
  )()
  expect(heard).toHaveLength(times)
})

it('looks at no head where no policy holds a nonce', () => {
  expect(securityHeaders()).not.toHaveProperty('onHead')
  expect(csp.update({ imgSrc: ['https://a.example'] })).not.toHaveProperty('onHead')
  expect(csp.update({ scriptSrc: [nonce] })).toHaveProperty('onHead')
})

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  it('tells of a nonce in a page that caches may store', async () => {
    const heard = listen()
    const header = { name: 'cache', headers: { 'cache-control': 's-maxage=5' } }
    const ask = await open(await start([header, policy], (request) => nonceOf(request)))
    await ask('/')
    await ask('/nothing')
    expect(heard).toEqual([{ method: 'GET', path: '/', status: 200, allowedBy: 's-maxage' }])
  })
})
