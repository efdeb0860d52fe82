import { createServer } from 'node:http'
import { guard as expressGuard } from '@seawall/guard/express'
import { guard as honoGuard } from '@seawall/guard/hono'
import { protect } from '@seawall/guard/node'
import { exchangeOf, type Exchange } from '@seawall/guard'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { nonce, nonceOf, securityHeaders } from '../../src/index.ts'
import { frameworks } from '../frameworks.ts'
import { open, serve } from '../serve.ts'

const withNonce = (reportOnly = false) =>
  securityHeaders({
    contentSecurityPolicy: { reportOnly, directives: { scriptSrc: ["'self'", nonce], styleSrc: [nonce] } },
  })

const csp = 'content-security-policy'

describe.each(Object.entries(frameworks))('on %s', (_name, start) => {
  it('is in the header what it is in the page, and new for each request', async () => {
    const ask = await open(await start([withNonce()], (request) => `${nonceOf(request)} ${nonceOf(request)}`))
    const values: string[] = []
    for (let turn = 0; turn < 2; turn++) {
      const { headers, body } = await ask()
      const [value = '', again] = body.split(' ')
      expect(value).toMatch(/^[A-Za-z0-9+/]{22}==$/)
      expect(again).toBe(value)
      expect(headers[csp]).toContain(`;script-src 'self' 'nonce-${value}';`)
      expect(headers[csp]).toContain(`;style-src 'nonce-${value}';`)
      values.push(value)
    }
    expect(values[0]).not.toBe(values[1])
  })

  it('is not in the header of a page that did not read it', async () => {
    const ask = await open(await start([withNonce()], () => 'ok'))
    for (const path of ['/', '/nothing', '/broken']) {
      const { headers } = await ask(path)
      expect(headers[csp]).not.toContain('nonce')
      expect(headers[csp]).toContain(`;script-src 'self';`)
      expect(headers[csp]).toContain(`;style-src 'none';`)
    }
  })

  it('leaves out the upgrade on localhost', async () => {
    const ask = await open(await start([withNonce()], (request) => nonceOf(request)))
    const { headers, body } = await ask('/', { headers: { host: 'localhost:8080' } })
    expect(headers[csp]).toContain(`'nonce-${body}'`)
    expect(headers[csp]).not.toContain('upgrade-insecure-requests')
  })

  it('cannot be read where no policy holds it', async () => {
    const ask = await open(await start([securityHeaders()], messageOfNonce))
    expect((await ask()).body).toMatch(/^Cannot read a nonce as no policy of this request holds one/)
  })

  it('cannot be read where no guard is mounted', async () => {
    const ask = await open(
      await start([], (request) => (exchangeOf(request) === undefined ? 'none' : messageOfNonce(request))),
    )
    expect((await ask()).body).toMatch(/^none$|^Cannot read a nonce as no policy/)
  })
})

function messageOfNonce(request: object): string {
  try {
    return nonceOf(request)
  } catch (error) {
    return (error as Error).message
  }
}

it('cannot be read of a request that no guard has seen', () => {
  expect(() => nonceOf({})).toThrow('Cannot read a nonce as no guard has seen this request')
})

it('can be read by an exchange', async () => {
  const reader = { name: 'reader', onRequest: (exchange: Exchange) => ({ status: 200, body: nonceOf(exchange) }) }
  const { headers, body } = await (await serve(protect([withNonce(), reader], () => undefined)))()
  expect(headers[csp]).toContain(`'nonce-${body}'`)
})

it('goes into an enforced and a reported policy alike', async () => {
  const guards = [withNonce(), withNonce(true)]
  const { headers, body } = await (
    await serve(protect(guards, (request, response) => response.end(nonceOf(request))))
  )()
  expect(headers[csp]).toContain(`'nonce-${body}'`)
  expect(headers['content-security-policy-report-only']).toContain(`'nonce-${body}'`)
})

it('cannot be read first after the head has left, but again', async () => {
  const read: string[] = []
  const listener = (early: boolean) =>
    protect([withNonce()], (request, response) => {
      if (early) nonceOf(request)
      response.writeHead(200)
      response.write('begun')
      read.push(messageOfNonce(request))
      response.end()
    })
  await (
    await serve(listener(false))
  )()
  await (
    await serve(listener(true))
  )()
  expect(read[0]).toMatch(/^Cannot read a nonce as the head of the response has left/)
  expect(read[1]).toMatch(/==$/)
})

it('works in Hono off Node', async () => {
  const app = new Hono().use(honoGuard([withNonce()])).get('/', (context) => context.text(nonceOf(context)))
  const response = await app.request('https://shop.example/')
  expect(response.headers.get(csp)).toContain(`'nonce-${await response.text()}'`)
})

describe('a route of its own', () => {
  const plain = securityHeaders({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } },
  })
  const routed = (outer = withNonce(), inner = plain, early = false) => {
    const app = express().use(expressGuard([outer]))
    app.use((request, _response, next) => {
      if (early) nonceOf(request)
      next()
    })
    app.get('/', expressGuard([inner]), (request, response) => void response.send(messageOfNonce(request)))
    return open(createServer(app))
  }

  it('without a nonce ends that of the application', async () => {
    const { headers, body } = await (await routed())()
    expect(body).toMatch(/^Cannot read a nonce as no policy/)
    expect(headers[csp]).toBe("default-src 'none'")
  })

  it('without a nonce replaces a policy whose nonce was read', async () => {
    expect((await (await routed(withNonce(), plain, true))()).headers[csp]).toBe("default-src 'none'")
  })

  it('takes the nonce that was read before it', async () => {
    const inner = securityHeaders({
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: [nonce] } },
    })
    const { headers, body } = await (await routed(withNonce(), inner, true))()
    expect(headers[csp]).toBe(`default-src 'nonce-${body}'`)
  })
})
