import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { protect } from '@seawall/guard/node'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as honoGuard } from '@seawall/guard/hono'
import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { csp, nonce, nonceOf, securityHeaders, type CspFunction } from '../../src/index.ts'
import { frameworks } from '../frameworks.ts'
import { open, serve } from '../serve.ts'

const header = 'content-security-policy'
const policyOf = (...sources: (string | CspFunction | typeof nonce)[]) =>
  securityHeaders({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"], scriptSrc: sources } },
  })

/** A source made of Node's request and response. */
const seen: CspFunction = (request, response) => {
  const isPair = request.method === 'GET' && typeof response.setHeader === 'function'
  return `https://${isPair ? 'seen' : 'unseen'}.example${request.url ?? ''}`
}

describe.each(Object.entries(frameworks))('on %s a function', (_name, start) => {
  it("makes a source of Node's request and response, for each request", async () => {
    const ask = await open(await start([policyOf("'self'", seen)], () => 'ok'))
    for (const path of ['/', '/nothing']) {
      const { headers } = await ask(path)
      expect(headers[header]).toBe(`default-src 'self';script-src 'self' https://seen.example${path}`)
    }
  })

  it('stands beside a nonce', async () => {
    const ask = await open(await start([policyOf(nonce, seen)], (request) => nonceOf(request)))
    const { headers, body } = await ask()
    expect(headers[header]).toBe(`default-src 'self';script-src 'nonce-${body}' https://seen.example/`)
    expect((await ask('/nothing')).headers[header]).toBe(`default-src 'self';script-src https://seen.example/nothing`)
  })

  it('that fails is an error, which goes out under the policy without it', async () => {
    const fails = (): string => {
      throw new Error('failed')
    }
    const ask = await open(await start([policyOf("'self'", fails)], () => 'ok'))
    const { status, headers } = await ask()
    expect(status).toBe(500)
    expect(headers[header]).toBe(`default-src 'self';script-src 'self'`)
  })
})

describe('a function', () => {
  const answer = async (result: unknown, host = 'shop.example') => {
    const guard = policyOf("'self'", () => result as string)
    const listener = protect([guard], (_request, response) => response.end('ok'), { onError: () => undefined })
    return (await serve(listener))('/', { headers: { host } })
  }

  it.each<[string, string]>([
    ["'nonce-abc'", "script-src 'self' 'nonce-abc'"],
    ['nonce-abc', "script-src 'self' 'nonce-abc'"],
    ['unsafe-inline', "script-src 'self' 'unsafe-inline'"],
    ['https://a.example https://b.example', "script-src 'self' https://a.example https://b.example"],
    ['', "script-src 'self'"],
  ])('may give %j', async (result, expected) => {
    expect((await answer(result)).headers[header]).toBe(`default-src 'self';${expected}`)
    expect((await answer(result, 'localhost')).headers[header]).toBe(`default-src 'self';${expected}`)
  })

  it.each([['x; script-src *'], ['x, script-src *'], ['a\r\nb: c'], ['ä'], [undefined], [5], [Promise.resolve('x')]])(
    'may not give %j',
    async (result) => {
      const { status, headers } = await answer(result)
      expect(status).toBe(500)
      expect(headers[header]).toBe("default-src 'self';script-src 'self'")
    },
  )

  it('says what helmet says for the same', async () => {
    type Locals = ServerResponse & { locals?: { nonce: string } }
    const options = {
      contentSecurityPolicy: {
        directives: {
          scriptSrc: ["'self'", (_request: IncomingMessage, response: Locals) => `'nonce-${response.locals?.nonce}'`],
          reportUri: [(request: IncomingMessage) => `/csp?from=${request.url}`],
        },
      },
    }
    const serveWith = (middleware: RequestHandler) => {
      const app = express()
      app.use((_request, response, next) => {
        response.locals['nonce'] = 'of-the-application'
        next()
      })
      app.use(middleware)
      app.get('/', (_request, response) => void response.send('ok'))
      return open(createServer(app))
    }
    const ours = await (await serveWith(expressGuard([securityHeaders(options)])))()
    const theirs = await (await serveWith(helmet(options)))()
    expect(ours.headers[header]).toContain(`;script-src 'self' 'nonce-of-the-application';`)
    expect(ours.headers[header]).toBe(theirs.headers[header])
  })

  it("gets the framework's object off Node", async () => {
    const guard = policyOf(
      (request) => `https://${(request as unknown as { req: { path: string } }).req.path.slice(1)}`,
    )
    const app = new Hono().use(honoGuard([guard])).get('/a.example', (context) => context.text('ok'))
    const response = await app.request('/a.example')
    expect(response.headers.get(header)).toBe("default-src 'self';script-src https://a.example")
  })

  it('alone in a directive leaves nothing when it fails, and no report URL', () => {
    const guard = securityHeaders({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'self'"], scriptSrc: [seen], reportUri: [seen] },
      },
    })
    expect(guard.headers?.[header]).toBe("default-src 'self';script-src 'none'")
  })

  it('is asked again where a route changes the policy', async () => {
    const guards = [policyOf("'self'", seen), csp.update({ scriptSrc: ['https://b.example'] })]
    const ask = await serve(protect(guards, (_request, response) => response.end('ok')))
    for (const path of ['/1', '/2'])
      expect((await ask(path)).headers[header]).toBe(
        `default-src 'self';script-src 'self' https://seen.example${path} https://b.example`,
      )
  })
})
