import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { reportCollector } from '../src/index.ts'
import { frameworks } from './frameworks.ts'
import { batch, collect, hear, single, violation } from './reports/collect.ts'

const oldReport = {
  'csp-report': {
    'document-uri': 'https://shop.example/cart?token=secret',
    referrer: '',
    'violated-directive': "img-src 'self'",
    'original-policy': "img-src 'self'",
    'blocked-uri': 'https://img.example/a.png?key=secret',
    'source-file': 'https://shop.example/app.js#secret',
    'line-number': 7,
  },
}

describe.each(Object.keys(frameworks))('%s', (framework) => {
  test('a batch of the Reporting API is published report by report', async () => {
    const { send, reports } = await collect(framework)
    const { status, body } = await send(JSON.stringify([violation(), violation({ lineNumber: 4 })]))
    expect({ status, body }).toEqual({ status: 204, body: '' })
    expect(reports).toHaveLength(2)
    expect(reports[0]).toEqual({
      type: 'csp-violation',
      url: 'https://shop.example/cart',
      ageMs: 12,
      userAgent: 'Browser/1.0',
      repeats: 0,
      body: {
        blockedUrl: 'https://cdn.example/x.js',
        disposition: 'enforce',
        documentUrl: 'https://shop.example/cart',
        effectiveDirective: 'script-src-elem',
        policy: "default-src 'none'; script-src 'nonce-' 'report-sample'",
        statusCode: 200,
        lineNumber: 3,
        details: {},
      },
    })
  })

  test('a report of report-uri comes out in the same form', async () => {
    const { send, reports } = await collect(framework)
    const { status } = await send(JSON.stringify(oldReport), { ...single, 'user-agent': 'Old/1' })
    expect(status).toBe(204)
    expect(reports).toEqual([
      {
        type: 'csp-violation',
        url: 'https://shop.example/cart',
        ageMs: undefined,
        userAgent: 'Old/1',
        repeats: 0,
        body: {
          blockedUrl: 'https://img.example/a.png',
          documentUrl: 'https://shop.example/cart',
          effectiveDirective: 'img-src',
          policy: "img-src 'self'",
          sourceFile: 'https://shop.example/app.js',
          lineNumber: 7,
          details: {},
        },
      },
    ])
  })

  test.each([
    ['text/plain'],
    ['application/json'],
    ['application/x-www-form-urlencoded'],
    ['application/csp-report, application/csp-report'],
    [''],
  ])('a body of type %j is refused with 415', async (type) => {
    const { send, reports } = await collect(framework)
    const { status, headers } = await send(JSON.stringify([violation()]), { 'content-type': type })
    expect(status).toBe(415)
    expect(headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(reports).toEqual([])
  })

  test('a compressed body is refused with 415', async () => {
    const { send } = await collect(framework)
    expect((await send('x', { ...batch, 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test.each(['GET', 'PUT', 'DELETE', 'HEAD'])('%s is refused with 405', async (method) => {
    const { send } = await collect(framework)
    const { status, headers } = await send('', batch, { method })
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'OPTIONS, POST' })
  })

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['no JSON', '{"body":'],
    ['invalid UTF-8', Buffer.from('[{"type":"coep","body":{"x":"\xff"}}]', 'latin1')],
    ['deep JSON', '['.repeat(60_000)],
    ['deep JSON that closes', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['a number', '1'],
    ['null', 'null'],
    ['an empty batch', '[]'],
    ['a batch of nulls', '[null,null]'],
    ['a report without a body', '[{"type":"csp-violation"}]'],
    ['a type that is none', '[{"type":"<b>","body":{}}]'],
  ])('%s is refused with 400', async (_name, body) => {
    const { send, reports } = await collect(framework)
    expect((await send(body)).status).toBe(400)
    expect((await send(body, single)).status).toBe(400)
    expect(reports).toEqual([])
  })

  test('a body that says it is too long is refused with 413 before it comes', async () => {
    const { dial } = await collect(framework)
    const socket = await dial()
    socket.write(`POST /reports HTTP/1.1\r\nHost: a\r\nContent-Type: ${single['content-type']}\r\n`)
    socket.write('Content-Length: 65537\r\n\r\n')
    expect(await hear(socket)).toMatch(/^HTTP\/1.1 413 [^]*\r\nconnection: close/i)
  })

  test('a body that grows too long is refused with 413', async () => {
    const { dial } = await collect(framework, { maxBytes: 10 })
    const socket = await dial()
    socket.write(`POST /reports HTTP/1.1\r\nHost: a\r\nContent-Type: ${single['content-type']}\r\n`)
    socket.write('Transfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n')
    expect(await hear(socket)).toMatch(/^HTTP\/1.1 413 [^]*\r\nconnection: close/i)
  })

  test('a body that does not come in time is refused with 408', async () => {
    const { dial } = await collect(framework, { bodyTimeoutMs: 50 })
    const socket = await dial()
    socket.write(`POST /reports HTTP/1.1\r\nHost: a\r\nContent-Type: ${single['content-type']}\r\n`)
    socket.write('Content-Length: 100\r\n\r\n{')
    expect(await hear(socket)).toMatch(/^HTTP\/1.1 408 [^]*\r\nconnection: close/i)
  })

  test('a client that goes away frees its place', async () => {
    const { dial, send } = await collect(framework, { maxConcurrent: 1 })
    const socket = await dial()
    socket.write(`POST /reports HTTP/1.1\r\nHost: a\r\nContent-Type: ${single['content-type']}\r\n`)
    socket.write('Content-Length: 100\r\n\r\n{')
    const report = JSON.stringify([violation()])
    await vi.waitUntil(async () => (await send(report)).status === 503)
    socket.destroy()
    await vi.waitUntil(async () => (await send(report)).status === 204)
    expect((await send(report)).headers['retry-after']).toBeUndefined()
  })

  test('other paths go on to the application', async () => {
    const { send } = await collect(framework, { path: '/csp' })
    expect((await send('', {}, { method: 'GET', path: '/' })).body).toBe('page')
    expect((await send('[]', batch, { path: '/csp/' })).status).toBe(404)
    expect((await send('[]', batch, { path: '/csp?x=1' })).status).toBe(400)
  })

  test('a preflight of a listed origin is allowed, and its reports are taken', async () => {
    const { send } = await collect(framework, { origins: ['https://shop.example'] })
    const asked = { origin: 'https://shop.example', 'access-control-request-method': 'POST' }
    const { status, headers } = await send('', asked, { method: 'OPTIONS' })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      vary: 'origin',
    })
    const taken = await send(JSON.stringify([violation()]), { ...batch, origin: 'https://shop.example' })
    expect(taken.headers['access-control-allow-origin']).toBe('https://shop.example')
  })

  test('a preflight of another origin is not allowed', async () => {
    const { send } = await collect(framework, { origins: ['https://shop.example'] })
    const { headers } = await send('', { origin: 'https://evil.example' }, { method: 'OPTIONS' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers.vary).toBe('origin')
  })
})

describe('bounds', () => {
  test('what is over the rate gets a 429, and a minute fills it again', async () => {
    let now = 0
    const { send } = await collect('node:http', { maxRequestsPerMinute: 2, now: () => now })
    const statuses = async (times: number): Promise<number[]> => {
      const all: number[] = []
      for (let index = 0; index < times; index++) all.push((await send(JSON.stringify([violation()]))).status)
      return all
    }
    expect(await statuses(3)).toEqual([204, 204, 429])
    now += 30_000
    expect(await statuses(2)).toEqual([204, 429])
    now += 600_000
    expect(await statuses(3)).toEqual([204, 204, 429])
  })

  test('of a longer batch the first reports are taken', async () => {
    const { send, reports } = await collect('node:http', { maxReports: 3 })
    const many = Array.from({ length: 10 }, (_, lineNumber) => violation({ lineNumber }))
    expect((await send(JSON.stringify(many))).status).toBe(204)
    expect(reports.map(({ body }) => body.lineNumber)).toEqual([0, 1, 2])
  })

  test('what is not sampled is answered and thrown away', async () => {
    const drawn = [0.1, 0.5, 0.9]
    const { send, reports } = await collect('node:http', { sampleRate: 0.5, random: () => drawn.shift() ?? 0 })
    for (const lineNumber of [1, 2, 3])
      expect((await send(JSON.stringify([violation({ lineNumber })]))).status).toBe(204)
    expect(reports.map(({ body }) => body.lineNumber)).toEqual([1])
  })

  test('the same report is published once a window, with the number held back', async () => {
    let now = 0
    const { send, reports } = await collect('node:http', { repeatAfterMs: 1000, now: () => now })
    const again = { ...violation(), age: 99, user_agent: 'Other/2.0' }
    for (const report of [violation(), again, again]) await send(JSON.stringify([report]))
    expect(reports.map(({ repeats }) => repeats)).toEqual([0])
    now = 1000
    await send(JSON.stringify([violation()]))
    expect(reports.map(({ repeats }) => repeats)).toEqual([0, 2])
  })

  test('a window of 0 publishes all', async () => {
    const { send, reports } = await collect('node:http', { repeatAfterMs: 0 })
    await send(JSON.stringify([violation(), violation()]))
    expect(reports).toHaveLength(2)
  })
})

describe('publishing', () => {
  test('each report goes to the channel', async () => {
    const heard: unknown[] = []
    const listener = (message: unknown): unknown => heard.push(message)
    subscribe('seawall:security-headers:report', listener)
    onTestFinished(() => void unsubscribe('seawall:security-headers:report', listener))
    const { send, reports } = await collect('node:http')
    await send(JSON.stringify([violation()]))
    expect(heard).toEqual(reports)
    expect(heard).toHaveLength(1)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
  ])('an onReport that %s becomes a warning and the browser gets its 204', async (_how, onReport) => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const { send } = await collect('node:http', { onReport })
    expect((await send(JSON.stringify([violation()]))).status).toBe(204)
    expect(await warned).toMatchObject({ name: 'SeawallWarning', code: 'SEAWALL_ON_REPORT' })
  })
})

test.each([
  [{ path: 'reports' }, `'path' must be a path such as '/reports'`],
  [{ path: '/a?b' }, `'path' must be a path such as '/reports'`],
  [{ origins: 'https://a.example' }, `'origins' must be`],
  [{ origins: ['https://a.example/'] }, `'origins' must be`],
  [{ maxBytes: 0 }, `'maxBytes' must be an integer of at least 1`],
  [{ sampleRate: 2 }, `'sampleRate' must be a number from 0 to 1`],
  [{ bodyTimeout: 1 }, `did you mean 'bodyTimeoutMs'?`],
])('%j is refused', (options, message) => {
  expect(() => reportCollector(options as object)).toThrow(message)
})
