import { createServer, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import original, { type HelmetOptions } from 'helmet'
import { describe, expect, it } from 'vitest'
import { helmet } from '../src/helmet.ts'
import { nonce, nonceOf } from '../src/index.ts'
import { open, serve } from './serve.ts'

const overTls = { headers: { 'x-forwarded-proto': 'https' } }
const behindProxy = { trustedProxies: ['127.0.0.1'] }

const optionSets: HelmetOptions[] = [
  {},
  { frameguard: { action: 'deny' }, noSniff: false, hsts: { maxAge: 300 } },
  { contentSecurityPolicy: false, crossOriginEmbedderPolicy: true },
  { contentSecurityPolicy: { directives: { 'img-src': new Set(["'self'", 'https://img.example']) } } },
  {
    contentSecurityPolicy: {
      directives: { scriptSrc: ["'self'", (_request, response) => `'nonce-${nonceIn(response)}'`] },
    },
  },
]

/** What an application that uses helmet has put there by itself. */
function nonceIn(response: object): string {
  return (response as { locals?: { nonce?: string } }).locals?.nonce ?? ''
}

it.each(optionSets.map((options) => [options]))(
  'gives an Express application what helmet gives it: %j',
  async (options) => {
    const answers = await Promise.all(
      [helmet(options, behindProxy), original(options)].map(async (middleware) => {
        const app = express()
        app.use((_request, response, next) => {
          response.locals['nonce'] = 'abc123'
          next()
        })
        app.use(middleware)
        app.get('/', (_request, response) => void response.send('ok'))
        return (await open(createServer(app)))('/', overTls)
      }),
    )
    const [ours, theirs] = answers
    expect({ ...ours?.headers, date: '' }).toEqual({ ...theirs?.headers, date: '' })
  },
)

it('works under bare node:http', async () => {
  const secure = helmet()
  const ask = await serve((request, response) => secure(request, response, () => response.end('ok')))
  const { headers, body } = await ask()
  expect(body).toBe('ok')
  expect(headers).toHaveProperty('x-content-type-options', 'nosniff')
  expect(headers).not.toHaveProperty('strict-transport-security')
})

it('takes what helmet does not have', async () => {
  const app = express().use(
    helmet({
      contentSecurityPolicy: { directives: { scriptSrc: [nonce] } },
      permissionsPolicy: { camera: [] },
    }),
  )
  app.get('/', (request, response) => void response.send(nonceOf(request)))
  const { headers, body } = await (await open(createServer(app)))()
  expect(headers['permissions-policy']).toBe('camera=()')
  expect(headers['content-security-policy']).toContain(`script-src 'nonce-${body}';`)
})

describe('a function in a directive', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no nonce today')
      },
    ],
    ['begins another directive', () => "'self'; script-src *"],
    ['begins another policy', () => "'self', default-src *"],
    ['begins another header', () => "'self'\r\nset-cookie: a=b"],
  ])('that %s is an error of the request', async (_what, source) => {
    const app = express().use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: [source] } } }))
    app.get('/', (_request, response) => void response.send('ok'))
    const onError: ErrorRequestHandler = (_error, _request, response, _next) => void response.status(500).send('caught')
    app.use(onError)
    const { status, body, headers } = await (await open(createServer(app)))()
    expect([status, body]).toEqual([500, 'caught'])
    expect(headers).not.toHaveProperty('set-cookie')
    expect(headers['content-security-policy'] ?? '').not.toContain('script-src *')
  })
})

describe('a middleware for a single header', () => {
  const names = Object.keys(original).filter((name) => name !== 'default') as (keyof typeof helmet &
    keyof typeof original)[]

  it('is there for each of helmet', () => {
    expect(Object.keys(helmet).toSorted()).toEqual(names.toSorted())
  })

  it.each(names)('%s does what that of helmet does', async (name) => {
    const make = (from: typeof helmet | typeof original) => (from[name] as () => (...args: unknown[]) => void)()
    const answers = await Promise.all(
      [helmet, original].map(async (from) => {
        const middleware = make(from)
        const ask = await serve((request, response) => middleware(request, response, () => response.end('ok')))
        return (await ask()).headers
      }),
    )
    const [ours, { 'strict-transport-security': _overHttp, ...theirs } = {}] = answers
    expect({ ...ours, date: '' }).toEqual({ ...theirs, date: '' })
  })

  it('takes its options', async () => {
    const app = express()
    app.use(helmet.frameguard({ action: 'deny' }), helmet.referrerPolicy({ policy: 'origin' }))
    app.get('/', (_request, response) => void response.send('ok'))
    const { headers } = await (await open(createServer(app)))()
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'referrer-policy': 'origin', 'x-powered-by': 'Express' })
    expect(() => helmet.frameguard({ actoin: 'deny' } as object)).toThrow(`did you mean 'action'?`)
  })

  it("has helmet's ways out of its policy", () => {
    expect(helmet.contentSecurityPolicy.getDefaultDirectives()).toEqual(
      original.contentSecurityPolicy.getDefaultDirectives(),
    )
    expect(helmet.contentSecurityPolicy.dangerouslyDisableDefaultSrc).toBe(
      original.contentSecurityPolicy.dangerouslyDisableDefaultSrc,
    )
  })
})

it('says what is wrong with app.use(helmet)', () => {
  const request = new IncomingMessage(new Socket())
  expect(() => helmet(request as object)).toThrow('write app.use(helmet()), not app.use(helmet)')
})

it('refuses what helmet ignores', () => {
  expect(() => helmet({ hst: true } as object)).toThrow(`did you mean 'hsts'?`)
  expect(() => helmet({}, { trustedProxy: [] } as object)).toThrow(`did you mean 'trustedProxies'?`)
})
