import { createServer } from 'node:http'
import type { Guard } from '@seawall/guard'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as honoGuard } from '@seawall/guard/hono'
import { protect } from '@seawall/guard/node'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import {
  csp,
  dangerouslyDisableDefaultSrc,
  nonce,
  nonceOf,
  securityHeaders,
  type CspDirectives,
  type CspOptions,
} from '../../src/index.ts'
import { open, serve } from '../serve.ts'
import { routedFrameworks } from './routed.ts'

const enforced = 'content-security-policy'
const reported = 'content-security-policy-report-only'

const plain = (directives: CspDirectives) => ({ useDefaults: false, directives })
const base = securityHeaders({
  contentSecurityPolicy: plain({ defaultSrc: ["'self'"], scriptSrc: ["'self'", nonce], upgradeInsecureRequests: [] }),
})

describe.each(Object.entries(routedFrameworks))('on %s', (_name, start) => {
  const both = async (route: Guard, page?: (request: object) => string) => {
    const ask = await open(await start({ all: [base], route: [route], ...(page && { page }) }))
    return { changed: await ask('/'), other: await ask('/other') }
  }
  const untouched = "default-src 'self';script-src 'self';upgrade-insecure-requests"

  it('update adds on its route alone', async () => {
    const { changed, other } = await both(csp.update({ imgSrc: ['https://tiles.example'] }))
    expect(changed.headers[enforced]).toBe(`${untouched};img-src 'self' https://tiles.example`)
    expect(other.headers[enforced]).toBe(untouched)
  })

  it('replace puts in place on its route alone', async () => {
    const { changed, other } = await both(csp.replace({ scriptSrc: ["'none'"], 'upgrade-insecure-requests': null }))
    expect(changed.headers[enforced]).toBe("default-src 'self';script-src 'none'")
    expect(other.headers[enforced]).toBe(untouched)
  })

  it('exempt sends no policy on its route alone', async () => {
    const { changed, other } = await both(csp.exempt())
    expect(changed.status).toBe(200)
    expect(changed.headers).not.toHaveProperty(enforced)
    expect(changed.headers).toHaveProperty('x-content-type-options', 'nosniff')
    expect(other.headers[enforced]).toBe(untouched)
  })

  it('reportOnly reports what else is enforced', async () => {
    const { changed, other } = await both(csp.reportOnly())
    expect(changed.headers).not.toHaveProperty(enforced)
    expect(changed.headers[reported]).toBe(untouched)
    expect(other.headers[enforced]).toBe(untouched)
    expect(other.headers).not.toHaveProperty(reported)
  })

  it('reportOnly with directives tries them out', async () => {
    const { changed, other } = await both(csp.reportOnly({ scriptSrc: [nonce] }), (request) => nonceOf(request))
    expect(changed.headers[enforced]).toBe(untouched.replace("script-src 'self'", `$& 'nonce-${changed.body}'`))
    expect(changed.headers[reported]).toBe(untouched.replace("script-src 'self'", `script-src 'nonce-${changed.body}'`))
    expect(other.headers).not.toHaveProperty(reported)
  })

  it('puts the nonce into what a route changed', async () => {
    const { changed } = await both(csp.update({ scriptSrc: ['https://a.example'] }), (request) => nonceOf(request))
    expect(changed.headers[enforced]).toContain(`script-src 'self' 'nonce-${changed.body}' https://a.example;`)
  })

  it('lets a page without a policy read its nonce', async () => {
    const { changed } = await both(csp.exempt(), (request) => nonceOf(request))
    expect(changed.body).toMatch(/==$/)
    expect(changed.headers).not.toHaveProperty(enforced)
  })

  it('refuses a route without securityHeaders before it', async () => {
    const ask = await open(await start({ all: [], route: [csp.update({ imgSrc: ['https://a.example'] })] }))
    expect((await ask('/')).status).toBe(500)
    expect((await ask('/other')).status).toBe(200)
  })

  it('leaves the localhost form without its upgrade', async () => {
    const ask = await open(await start({ all: [base], route: [csp.update({ imgSrc: ['https://a.example'] })] }))
    const { headers } = await ask('/', { headers: { host: 'localhost' } })
    expect(headers[enforced]).toBe("default-src 'self';script-src 'self';img-src 'self' https://a.example")
  })
})

/** What a request under these options and guards gets. */
async function ask(options: CspOptions, ...route: Guard[]) {
  const errors: unknown[] = []
  const listener = protect([securityHeaders(options), ...route], (_request, response) => response.end('ok'), {
    onError: (error) => errors.push(error),
  })
  const { status, headers } = await (await serve(listener))()
  return { status, enforced: headers[enforced], reported: headers[reported], errors: errors.map(String) }
}

const two: CspOptions = {
  contentSecurityPolicy: [plain({ defaultSrc: ["'self'"] }), plain({ defaultSrc: ['https:'], imgSrc: ["'none'"] })],
  contentSecurityPolicyReportOnly: plain({ defaultSrc: ["'none'"] }),
}

describe('of several policies', () => {
  it('update reaches all, the reported ones too', async () => {
    expect(await ask(two, csp.update({ imgSrc: ['a.example'] }))).toMatchObject({
      enforced: "default-src 'self';img-src 'self' a.example, default-src https:;img-src a.example",
      reported: "default-src 'none';img-src a.example",
    })
  })

  it('only those asked for change', async () => {
    const change = { imgSrc: ['a.example'] }
    expect(await ask(two, csp.replace(change, { reportOnly: true }))).toMatchObject({
      enforced: "default-src 'self', default-src https:;img-src 'none'",
      reported: "default-src 'none';img-src a.example",
    })
    expect(await ask(two, csp.replace(change, { reportOnly: false }))).toMatchObject({
      enforced: "default-src 'self';img-src a.example, default-src https:;img-src a.example",
      reported: "default-src 'none'",
    })
    expect(await ask(two, csp.exempt({ reportOnly: true }))).toMatchObject({
      enforced: "default-src 'self', default-src https:;img-src 'none'",
      reported: undefined,
    })
    expect(await ask(two, csp.exempt({ reportOnly: false }))).toMatchObject({
      enforced: undefined,
      reported: "default-src 'none'",
    })
  })

  it('all are reported', async () => {
    expect(await ask(two, csp.reportOnly())).toMatchObject({
      enforced: undefined,
      reported: "default-src 'none', default-src 'self', default-src https:;img-src 'none'",
    })
    expect(await ask(two, csp.reportOnly({ imgSrc: ["'self'"] }))).toMatchObject({
      reported: "default-src 'none', default-src 'self';img-src 'self', default-src https:;img-src 'self'",
    })
  })

  it('changes add up in the order of their guards', async () => {
    const guards = [csp.update({ imgSrc: ['a.example'] }), csp.replace({ defaultSrc: ["'none'"] }), csp.reportOnly()]
    expect(await ask({ contentSecurityPolicy: plain({ defaultSrc: ["'self'"] }) }, ...guards)).toMatchObject({
      enforced: undefined,
      reported: "default-src 'none';img-src 'self' a.example",
    })
  })
})

describe('without a policy', () => {
  const off = { contentSecurityPolicy: false }

  it.each([csp.update({ imgSrc: ['a.example'] }), csp.replace({ imgSrc: ['a.example'] })])(
    '$name is an error',
    async (guard) => {
      const { status, errors } = await ask(off, guard)
      expect(status).toBe(500)
      expect(errors[0]).toMatch(/a policy as this request is under none: switch contentSecurityPolicy on/)
    },
  )

  it('exempt and reportOnly have nothing to do', async () => {
    expect(await ask(off, csp.exempt(), csp.reportOnly())).toMatchObject({ status: 200, enforced: undefined })
  })

  it('reportOnly reports what it was given', async () => {
    expect(await ask(off, csp.reportOnly({ defaultSrc: ["'self'"] }))).toMatchObject({
      enforced: undefined,
      reported: "default-src 'self'",
    })
  })
})

describe('a handler', () => {
  const own = "default-src 'none'"

  it.each([csp.exempt(), csp.reportOnly(), csp.update({ imgSrc: ['a.example'] })])(
    'has its own policy behind $name',
    async (guard) => {
      const listener = protect([base, guard], (_request, response) => {
        response.setHeader('Content-Security-Policy', own)
        response.end()
      })
      expect((await (await serve(listener))()).headers[enforced]).toBe(own)
    },
  )

  it('that wrote its head is exempt too', async () => {
    const listener = protect([base, csp.exempt()], (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok')
    })
    expect((await (await serve(listener))()).headers).not.toHaveProperty(enforced)
  })
})

it('a policy mounted behind exempt is sent', async () => {
  const app = express().use(expressGuard([base]))
  const again = securityHeaders({ contentSecurityPolicy: plain({ defaultSrc: ["'none'"] }) })
  app.get('/', expressGuard([csp.exempt()]), expressGuard([again]), (_request, response) => void response.send('ok'))
  expect((await (await open(createServer(app)))()).headers[enforced]).toBe("default-src 'none'")
})

it('a nonce that was read before a route changed the policy stays', async () => {
  const app = express().use(expressGuard([base]))
  app.use((request, _response, next) => {
    nonceOf(request)
    next()
  })
  const route = expressGuard([csp.update({ scriptSrc: ['a.example'] })])
  app.get('/', route, (request, response) => void response.send(nonceOf(request)))
  const { headers, body } = await (await open(createServer(app)))()
  expect(headers[enforced]).toContain(`script-src 'self' 'nonce-${body}' a.example;`)
})

it('a nonce can come with the route', async () => {
  const listener = protect(
    [securityHeaders({ contentSecurityPolicy: plain({ defaultSrc: ["'self'"] }) }), csp.update({ scriptSrc: [nonce] })],
    (request, response) => response.end(nonceOf(request)),
  )
  const { headers, body } = await (await serve(listener))()
  expect(headers[enforced]).toBe(`default-src 'self';script-src 'self' 'nonce-${body}'`)
})

it('works in Hono off Node', async () => {
  const app = new Hono().use(honoGuard([base]))
  app.get('/free', honoGuard([csp.exempt()]), (context) => context.text('ok'))
  app.get('/more', honoGuard([csp.update({ imgSrc: ['a.example'] })]), (context) => context.text('ok'))
  expect((await app.request('https://shop.example/free')).headers.has(enforced)).toBe(false)
  expect((await app.request('https://shop.example/more')).headers.get(enforced)).toContain("img-src 'self' a.example")
})

describe('a change', () => {
  it.each<[() => unknown, string]>([
    [() => csp.update({ imgSrc: null }), "'imgSrc' cannot be taken out: use csp.replace"],
    [() => csp.update({ imgSrc: [] }), "'imgSrc' adds nothing"],
    [() => csp.update({}), 'Cannot set csp.update as it names no directive'],
    [() => csp.update({ imageSrc: ['a.example'] } as never), "did you mean 'imgSrc'?"],
    [() => csp.update({ imgSrc: ['a;b'] }), "Cannot set csp.update as 'imgSrc' must be visible ASCII"],
    [() => csp.update({ scriptSrc: ["'sefl'"] }), "did you mean 'self'?"],
    [() => csp.update({ scriptSrc: ["'none'", 'a.example'] }), "holds 'none' beside other sources"],
    [() => csp.update({ scriptSrc: ['a.example'], 'script-src': ['b.example'] }), "'script-src' stands in it twice"],
    [() => csp.replace({ defaultSrc: null }), "'defaultSrc' is taken out by dangerouslyDisableDefaultSrc"],
    [() => csp.update(undefined as never), "'directives' must be an object"],
    [() => csp.reportOnly(null as never), "'directives' must be an object"],
    [() => csp.exempt({ reportonly: true } as never), "did you mean 'reportOnly'?"],
    [() => csp.update({ imgSrc: ['a.example'] }, { reportOnly: 'yes' } as never), "'reportOnly' must be true or false"],
  ])('is refused: %#', (make, message) => {
    expect(make).toThrow(message)
  })

  it('that leaves nothing is an error', async () => {
    const { status, errors } = await ask(
      { contentSecurityPolicy: plain({ defaultSrc: ["'self'"] }) },
      csp.replace({ defaultSrc: dangerouslyDisableDefaultSrc }),
    )
    expect(status).toBe(500)
    expect(errors[0]).toMatch(/no directive of it would be left: use csp.exempt\(\)/)
  })
})
