import { createServer } from 'node:http'
import type { Guard } from '@seawall/guard'
import { guard as expressGuard } from '@seawall/guard/express'
import { protect } from '@seawall/guard/node'
import express from 'express'
import helmet, { type HelmetOptions } from 'helmet'
import { describe, expect, it } from 'vitest'
import { dangerouslyDisableDefaultSrc, securityHeaders, type SecurityHeadersOptions } from '../src/index.ts'
import { frameworks } from './frameworks.ts'
import { open, serve, type Ask } from './serve.ts'

const overTls = { headers: { 'x-forwarded-proto': 'https' } }

function serveGuarded(...guards: Guard[]): Promise<Ask> {
  return serve(protect(guards, (_request, response) => response.end('ok'), { trustedProxies: ['127.0.0.1'] }))
}

function serveHelmet(options: HelmetOptions): Promise<Ask> {
  return serve((request, response) => helmet(options)(request, response, () => response.end('ok')))
}

const optionSets: SecurityHeadersOptions[] = [
  {},
  { contentSecurityPolicy: false },
  { contentSecurityPolicy: true, crossOriginEmbedderPolicy: true },
  { contentSecurityPolicy: { reportOnly: true } },
  {
    contentSecurityPolicy: { directives: { scriptSrc: ["'self'", 'https://cdn.example'], 'img-src': new Set(['*']) } },
  },
  { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null, objectSrc: null } } },
  { contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: "'none'", 'connect-src': ["'self'"] } } },
  { contentSecurityPolicy: { directives: { defaultSrc: dangerouslyDisableDefaultSrc, sandbox: ['allow-scripts'] } } },
  { contentSecurityPolicy: { directives: { scriptSrc: [], reportUri: '/csp' } } },
  { crossOriginEmbedderPolicy: { policy: 'credentialless' }, crossOriginOpenerPolicy: false },
  { crossOriginOpenerPolicy: { policy: 'noopener-allow-popups' }, crossOriginResourcePolicy: { policy: 'same-site' } },
  { crossOriginResourcePolicy: false, originAgentCluster: false, referrerPolicy: false },
  { referrerPolicy: { policy: ['no-referrer', 'strict-origin-when-cross-origin'] } },
  { referrerPolicy: { policy: '' } },
  { strictTransportSecurity: false },
  { strictTransportSecurity: { maxAge: 63_072_000, preload: true } },
  { hsts: { maxAge: 300.9, includeSubDomains: false } },
  { noSniff: false, dnsPrefetchControl: { allow: true }, ieNoOpen: false },
  { xContentTypeOptions: false, xDnsPrefetchControl: { allow: false }, xDownloadOptions: false },
  { frameguard: { action: 'deny' }, permittedCrossDomainPolicies: { permittedPolicies: 'by-content-type' } },
  { xFrameOptions: { action: 'sameorigin' }, xPermittedCrossDomainPolicies: false, xXssProtection: false },
  { xssFilter: false, hidePoweredBy: false, hsts: true },
]

describe('beside helmet', () => {
  it.each(optionSets.map((options) => [options]))('sends what helmet sends for %j', async (options) => {
    const ours = await (await serveGuarded(securityHeaders(options)))('/', overTls)
    const theirs = await (await serveHelmet(options as HelmetOptions))()
    expect({ ...ours.headers, date: '' }).toEqual({ ...theirs.headers, date: '' })
  })

  it('keeps the headers of the defaults as constants', () => {
    const { headers = {} } = securityHeaders()
    expect(Object.keys(headers)).toHaveLength(11)
    expect(Object.keys(headers)).not.toContain('strict-transport-security')
    expect(Object.isFrozen(headers)).toBe(true)
  })

  it('asks for no look at the head', () => {
    expect(securityHeaders()).not.toHaveProperty('onHead')
    expect(securityHeaders()).toHaveProperty('remove', ['x-powered-by'])
  })
})

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  const expected = securityHeaders().headers ?? {}

  it.each([
    ['/', 200],
    ['/nothing', 404],
    ['/broken', 500],
  ])('sends every header on %s with %i', async (path, status) => {
    const ask = await open(await start([securityHeaders()], () => 'ok'))
    const answer = await ask(path, overTls)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      ...expected,
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    })
    expect(answer.headers).not.toHaveProperty('x-powered-by')
  })

  it('sends Strict-Transport-Security over TLS only', async () => {
    const ask = await open(await start([securityHeaders()], () => 'ok'))
    expect((await ask()).headers).not.toHaveProperty('strict-transport-security')
    expect((await ask('/', overTls)).headers).toHaveProperty('strict-transport-security')
  })

  it('does not ask plain http on localhost to upgrade', async () => {
    const ask = await open(await start([securityHeaders()], () => 'ok'))
    const upgrade = /;upgrade-insecure-requests$/
    const there = { headers: { host: 'localhost:3000' } }
    expect((await ask('/', there)).headers['content-security-policy']).not.toMatch(/upgrade/)
    expect(
      (await ask('/', { headers: { ...there.headers, ...overTls.headers } })).headers['content-security-policy'],
    ).toMatch(upgrade)
    expect((await ask()).headers['content-security-policy']).toMatch(upgrade)
  })
})

describe('X-Powered-By', () => {
  it('leaves a mounted Express application too', async () => {
    const app = express().use(expressGuard([securityHeaders()]))
    app.use(
      '/inner',
      express().get('/', (_request, response) => void response.send('ok')),
    )
    const answer = await (await open(createServer(app)))('/inner')
    expect(answer.body).toBe('ok')
    expect(answer.headers).not.toHaveProperty('x-powered-by')
  })

  it('stays when asked to', async () => {
    const app = express().use(expressGuard([securityHeaders({ xPoweredBy: false })]))
    expect((await (await open(createServer(app)))()).headers).toHaveProperty('x-powered-by', 'Express')
  })
})

it("leaves Express's own error pages their stricter policy", async () => {
  const app = express().use(expressGuard([securityHeaders()]))
  const { status, headers } = await (await open(createServer(app)))('/nothing')
  expect(status).toBe(404)
  expect(headers).toMatchObject({ 'content-security-policy': "default-src 'none'", 'x-frame-options': 'SAMEORIGIN' })
  expect(headers).not.toHaveProperty('x-powered-by')
})

describe('a route of its own', () => {
  const policyOf = (source: string) =>
    securityHeaders({ contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: [source] } } })

  it.each(['shop.example', 'localhost'])('has the policy that was mounted last, on %s', async (host) => {
    const app = express().use(expressGuard([securityHeaders()]))
    app.get('/', expressGuard([policyOf('https://a.example')]), (_request, response) => void response.send('ok'))
    const { headers } = await (await open(createServer(app)))('/', { headers: { host } })
    expect(headers['content-security-policy']).toBe('default-src https://a.example')
  })

  it.each(['shop.example', 'localhost'])('counts the last of two in one mount, on %s', async (host) => {
    const ask = await serveGuarded(securityHeaders(), policyOf('https://a.example'))
    expect((await ask('/', { headers: { host } })).headers['content-security-policy']).toBe(
      'default-src https://a.example',
    )
  })

  it('has the policy that the handler sets itself', async () => {
    const ask = await serve(
      protect([securityHeaders()], (_request, response) => {
        response.setHeader('Content-Security-Policy', "default-src 'none'")
        response.end()
      }),
    )
    expect((await ask('/', { headers: { host: 'localhost' } })).headers['content-security-policy']).toBe(
      "default-src 'none'",
    )
  })
})
