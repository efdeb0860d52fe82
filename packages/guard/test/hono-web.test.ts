import { Hono } from 'hono'
import { validator } from 'hono/validator'
import { describe, expect, it, vi } from 'vitest'
import { guard, type HonoGuardOptions } from '../src/hono.ts'
import { exchangeOf, type End, type Exchange, type Guard } from '../src/index.ts'
import { secret } from './framework.ts'

const constant: Guard = { name: 'constant', headers: { 'x-constant': 'guard', 'x-other': 'always' } }

function shop(guards: readonly Guard[], options?: HonoGuardOptions): Hono {
  const app = new Hono()
  app.use(guard(guards, options))
  app.get('/ok', (c) => c.text('ok'))
  app.get('/own', (c) => c.text('own', 200, { 'X-Constant': 'own' }))
  app.get('/cookies', (c) => c.text('cookies', 200, { 'set-cookie': ['a=1', 'b=2'] }))
  app.get('/redirect', (c) => c.redirect('/ok'))
  app.get('/empty', (c) => c.body(null, 204))
  app.get('/throw', () => {
    throw new Error(secret)
  })
  app.get('/immutable', () => Response.redirect('https://shop.example/ok', 303))
  app.get('/fetched', async () => {
    const fetched = await fetch('data:text/plain,fetched')
    return fetched
  })
  app.get('/error', () => Response.error())
  return app
}

const ask = async (
  guards: readonly Guard[],
  path: string,
  options?: HonoGuardOptions,
  init?: RequestInit,
): Promise<Response> => shop(guards, options).request(path, init)

describe('headers', () => {
  it.each([
    ['/ok', 200],
    ['/missing', 404],
    ['/throw', 500],
    ['/redirect', 302],
    ['/empty', 204],
    ['/immutable', 303],
    ['/fetched', 200],
  ])('puts constants on %s, a %i', async (path, status) => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const response = await ask([constant], path)
    error.mockRestore()
    expect(response.status).toBe(status)
    expect(response.headers.get('x-constant')).toBe('guard')
    expect(response.headers.get('x-other')).toBe('always')
    expect(await response.text()).not.toContain(secret)
  })

  it("puts constants on the error handler's own response", async () => {
    const app = shop([constant]).onError((_, c) => c.text('failed', 503, { 'x-constant': 'own' }))
    const response = await app.request('/throw')
    expect(response.status).toBe(503)
    expect(response.headers.get('x-constant')).toBe('own')
    expect(response.headers.get('x-other')).toBe('always')
  })

  it('puts constants on HEAD', async () => {
    const response = await ask([constant], '/ok', {}, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-constant')).toBe('guard')
  })

  it('lets the handler win', async () => {
    expect((await ask([constant], '/own')).headers.get('x-constant')).toBe('own')
  })

  it('keeps the rest of a response', async () => {
    const response = await ask([constant], '/immutable')
    expect(response.headers.get('location')).toBe('https://shop.example/ok')
    expect(await (await ask([constant], '/fetched')).text()).toBe('fetched')
  })

  it('carries what a guard sets, and adds its cookies', async () => {
    const setter: Guard = {
      name: 'setter',
      onRequest: (x) => (x.set('x-path', x.path), x.set('set-cookie', 'g=1'), x.set('set-cookie', 'h=1'), undefined),
    }
    const response = await ask([setter], '/cookies')
    expect(response.headers.get('x-path')).toBe('/cookies')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2', 'g=1', 'h=1'])
  })

  it('removes the headers that must not leave', async () => {
    const response = await ask([{ name: 'remover', remove: ['x-constant'] }], '/own')
    expect(response.headers.has('x-constant')).toBe(false)
  })

  it('refuses a header that cannot be one, and one that comes too late', async () => {
    const seen: unknown[] = []
    const late: Guard = {
      name: 'late',
      onRequest: (x) => {
        expect(() => x.set('x-bad', 'a\r\nb')).toThrow(TypeError)
        return undefined
      },
      onClose: (x) => {
        try {
          x.set('x-late', '1')
        } catch (error) {
          seen.push((error as { code: string }).code)
        }
      },
    }
    await ask([late], '/ok')
    expect(seen).toEqual(['ERR_HEAD_SENT'])
  })
})

describe('the head', () => {
  it('is shown to guards, which change it', async () => {
    const change: Guard = {
      name: 'change',
      onHead: (_, head) => {
        head.set(
          'set-cookie',
          [head.get('set-cookie') ?? []].flat().map((cookie) => `${cookie}; Secure`),
        )
        head.append('vary', 'origin')
        head.delete('x-other')
        head.set('x-status', String(head.status))
        head.status = 201
      },
    }
    const response = await ask([constant, change], '/cookies')
    expect(response.status).toBe(201)
    expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2; Secure'])
    expect(response.headers.get('vary')).toBe('origin')
    expect(response.headers.get('x-status')).toBe('200')
    expect(response.headers.has('x-other')).toBe(false)
  })

  it('may become a 304, without a body', async () => {
    const response = await ask([{ name: 'unchanged', onHead: (_, head) => void (head.status = 304) }], '/ok')
    expect(response.status).toBe(304)
    expect(response.body).toBeNull()
  })

  it('leaves although a guard throws there', async () => {
    const onError = vi.fn()
    const onHead = (): never => {
      throw new Error(secret)
    }
    const response = await ask([{ name: 'bad', onHead }, constant], '/ok', { onError })
    expect(await response.text()).toBe('ok')
    expect(response.headers.get('x-constant')).toBe('guard')
    expect(onError).toHaveBeenCalledWith(new Error(secret), expect.objectContaining({ guard: 'bad', moment: 'onHead' }))
  })
})

describe('a reply', () => {
  it.each([
    ['at once', <T>(value: T) => value],
    ['after a while', <T>(value: T) => Promise.resolve(value)],
  ])('stops the request %s', async (_, answer) => {
    const handler = vi.fn()
    const app = new Hono()
    app.use(
      guard([
        constant,
        {
          name: 'no',
          onRequest: () =>
            answer({ status: 429, headers: { 'retry-after': '7', 'set-cookie': ['a=1', 'b=2'] }, body: 'later' }),
        },
      ]),
    )
    app.get('/ok', handler)
    const response = await app.request('/ok')
    expect(response.status).toBe(429)
    expect(await response.text()).toBe('later')
    expect(response.headers.get('retry-after')).toBe('7')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('x-constant')).toBe('guard')
    expect(handler).not.toHaveBeenCalled()
  })

  it.each([[204], [304], [403]])('may have no body: %i', async (status) => {
    const response = await ask([{ name: 'no', onRequest: () => ({ status }) }], '/ok')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('')
  })

  it("becomes Hono's 500 when the guard throws, with the constants", async () => {
    const onRequest = (): Promise<undefined> => Promise.reject(new Error(secret))
    const app = shop([constant, { name: 'bad', onRequest }]).onError((_, c) => c.text('failed', 500))
    const response = await app.request('/ok')
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('failed')
    expect(response.headers.get('x-constant')).toBe('guard')
  })
})

describe('the end', () => {
  const recorder = (ends: End[]): Guard => ({ name: 'recorder', onClose: (_, end) => void ends.push(end) })

  it('is told once, as the response is handed over', async () => {
    const ends: End[] = []
    const app = new Hono()
    app.use(guard([recorder(ends)]))
    app.get('/ok', guard([recorder(ends)]), (c) => c.body('ok', 200, { 'content-length': '2' }))
    app.onError((_, c) => c.text('failed', 500))
    app.get('/throw', () => {
      throw new Error(secret)
    })
    await app.request('/ok')
    expect(ends).toEqual([
      { status: 200, aborted: false, bytes: 2 },
      { status: 200, aborted: false, bytes: 2 },
    ])
    await app.request('/throw')
    expect(ends.at(-1)).toMatchObject({ status: 500 })
    expect(ends).toHaveLength(3)
  })

  it('is told when a handler throws what is no error, which Hono does not catch', async () => {
    const ends: End[] = []
    const app = new Hono().use(guard([recorder(ends)])).get('/', () => {
      const thrown: unknown = 'no error'
      throw thrown
    })
    await expect(async () => app.request('/')).rejects.toBe('no error')
    expect(ends).toEqual([{ status: 500, aborted: false, bytes: undefined }])
  })
})

describe('mounted again on a route', () => {
  it('shares one exchange, which Hono contexts lead to', async () => {
    const seen: (Exchange | undefined)[] = []
    const spy: Guard = { name: 'spy', onRequest: (x) => (seen.push(x), undefined) }
    const app = new Hono()
    app.use(guard([spy]))
    app.get('/', guard([spy]), (c) => {
      seen.push(exchangeOf(c))
      return c.text('ok')
    })
    await app.request('/')
    expect(seen[0]).toBe(seen[1])
    expect(seen[0]).toBe(seen[2])
  })

  it('adds constants, which win over what an earlier mount set', async () => {
    const setter: Guard = { name: 'setter', onRequest: (x) => (x.set('x-a', 'set'), undefined) }
    const app = new Hono()
    app.use(guard([setter, constant]))
    app.get('/', guard([{ name: 'route', headers: { 'x-a': 'route', 'x-constant': 'route' } }]), (c) => c.text('ok'))
    const { headers } = await app.request('/')
    expect(headers.get('x-a')).toBe('route')
    expect(headers.get('x-constant')).toBe('route')
    expect(headers.get('x-other')).toBe('always')
  })

  it('reads the validated body', async () => {
    const seen: unknown[] = []
    const spy: Guard = { name: 'spy', onRequest: (x) => (seen.push(x.body), undefined) }
    const app = new Hono()
    app.use(guard([spy]))
    app.post(
      '/',
      validator('json', (value) => value as object),
      guard([spy]),
      (c) => c.text('ok'),
    )
    await app.request('/', { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } })
    expect(seen).toEqual([undefined, { a: 1 }])
  })

  it('reads the body that there is, where a route validates JSON and forms', async () => {
    const seen: unknown[] = []
    const spy: Guard = { name: 'spy', onRequest: (x) => (seen.push(x.body), undefined) }
    const app = new Hono()
    app.post(
      '/',
      validator('json', (value) => value as object),
      validator('form', (value) => value),
      guard([spy]),
      (c) => c.text('ok'),
    )
    await app.request('/', { method: 'POST', body: new URLSearchParams({ a: 'form' }) })
    const headers = { 'content-type': 'application/vnd.api+json; charset=utf-8' }
    await app.request('/', { method: 'POST', body: '{"a":"json"}', headers })
    expect(seen).toEqual([{ a: 'form' }, { a: 'json' }])
  })
})

describe('the client', () => {
  const whoami = async (
    options: HonoGuardOptions,
    headers: Record<string, string>,
    url = '/a%20b?x=1',
  ): Promise<unknown> => {
    const seen: unknown[] = []
    const who: Guard = {
      name: 'who',
      onRequest: ({ ip, secure, host, path, url: target }) => (
        seen.push({ ip, secure, host, path, url: target }),
        undefined
      ),
    }
    await ask([who], url, options, { headers })
    return seen[0]
  }
  const forged = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }

  it('has no address where the runtime tells none', async () => {
    expect(await whoami({}, { ...forged, host: 'Shop.example' })).toEqual({
      ip: '',
      secure: false,
      host: 'shop.example',
      path: '/a%20b',
      url: '/a%20b?x=1',
    })
  })

  it('has the address that the runtime tells', async () => {
    expect(await whoami({ peerAddress: () => '::ffff:203.0.113.7' }, forged)).toMatchObject({ ip: '203.0.113.7' })
    expect(await whoami({ peerAddress: () => undefined }, forged)).toMatchObject({ ip: '' })
  })

  it('is what a trusted proxy says', async () => {
    const options: HonoGuardOptions = { peerAddress: () => '10.0.0.1', trustedProxies: ['10.0.0.0/8'] }
    const headers = { ...forged, 'x-forwarded-for': '6.6.6.6, 203.0.113.7' }
    expect(await whoami(options, headers)).toMatchObject({ ip: '203.0.113.7', secure: true, host: 'evil.example' })
  })

  it('is what the platform says', async () => {
    const options: HonoGuardOptions = { trustedProxies: { header: 'cf-connecting-ip' } }
    expect(await whoami(options, { ...forged, 'cf-connecting-ip': '203.0.113.7' })).toMatchObject({ ip: '203.0.113.7' })
    expect(await whoami(options, forged)).toMatchObject({ ip: '', secure: false })
  })

  it('speaks TLS and names the host by the address that it asked for', async () => {
    expect(await whoami({}, {}, 'https://shop.example:8443/a/../b')).toMatchObject({
      secure: true,
      host: 'shop.example:8443',
      path: '/b',
    })
  })
})
