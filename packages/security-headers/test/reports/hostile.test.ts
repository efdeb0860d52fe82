import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { directiveNames } from '../../src/csp/directives.ts'
import { nonce, suggestPolicyChange } from '../../src/index.ts'
import { parseReports } from '../../src/reports/parse-reports.ts'
import { RecentReports } from '../../src/reports/recent-reports.ts'
import type { Report } from '../../src/reports/report.ts'
import { frameworks } from '../frameworks.ts'
import { batch, collect, hear, single, violation } from './collect.ts'

const names = [
  'type',
  'url',
  'age',
  'body',
  'user_agent',
  'csp-report',
  'documentURL',
  'blockedURL',
  'blocked-uri',
  'sample',
  'effectiveDirective',
  'violated-directive',
  'originalPolicy',
  'lineNumber',
  '__proto__',
  'constructor',
  'toString',
]
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    'inline',
    'eval',
    'data',
    'script-src',
    'csp-violation',
    "script-src 'x;y'; a\r\nb",
    'https://a/;b,c',
  ),
)
const object = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)),
)
const report = fc.record({
  type: fc.constantFrom('csp-violation', 'coep', 'X', ''),
  url: value,
  age: value,
  body: object,
})
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  fc
    .oneof(report, object, fc.array(report), fc.record({ 'csp-report': object }), fc.jsonValue())
    .map((one) => Buffer.from(JSON.stringify(one))),
)
const contentType = fc.oneof(fc.constantFrom(batch['content-type'], single['content-type']), fc.string())

describe.each(Object.keys(frameworks))('%s', (framework) => {
  test('whatever body comes is answered by 204 or 4xx', async () => {
    const { send } = await collect(framework, { maxBytes: 400, maxRequestsPerMinute: 1e9 })
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom(batch, single), async (body, headers) => {
        expect((await send(body, headers)).status).toSatisfy(
          (status) => status === 204 || (status >= 400 && status < 500),
        )
      }),
      { numRuns: 150 },
    )
  })

  test('whatever content type comes is answered by 204 or 4xx', async () => {
    const { send } = await collect(framework, { maxRequestsPerMinute: 1e9 })
    const field = contentType.filter((text) => /^[\t\x20-\x7e]*$/.test(text))
    await fc.assert(
      fc.asyncProperty(field, async (type) => {
        const { status } = await send(JSON.stringify([violation()]), { 'content-type': type })
        expect([204, 400, 415]).toContain(status)
      }),
      { numRuns: 50 },
    )
  })

  test('slow bodies take no more places than there are, and give them back', async () => {
    const { dial, send } = await collect(framework, { maxConcurrent: 4, bodyTimeoutMs: 100 })
    const sockets = await Promise.all(Array.from({ length: 12 }, dial))
    const heads = sockets.map((socket) => {
      socket.write(
        `POST /reports HTTP/1.1\r\nHost: a\r\nContent-Type: ${single['content-type']}\r\nContent-Length: 9\r\n\r\n{`,
      )
      return hear(socket)
    })
    const statuses = (await Promise.all(heads)).map((head) => head.slice(9, 12)).toSorted()
    expect(statuses).toEqual([...Array<string>(4).fill('408'), ...Array<string>(8).fill('503')])
    expect((await send(JSON.stringify([violation()]))).status).toBe(204)
  })
})

function published(body: Buffer, type: typeof batch | typeof single): Report[] {
  const format = type['content-type'] as 'application/csp-report'
  return (parseReports(body, format, 100, undefined) ?? []).map((one) => ({ ...one, repeats: 0 }))
}

test('whatever is reported, all text is bounded and of one line', () => {
  fc.assert(
    fc.property(hostile, fc.constantFrom(batch, single), (body, type) => {
      for (const one of published(body, type)) {
        const texts = Object.values({ ...one, ...one.body, ...one.body.details }).filter(
          (each) => typeof each === 'string',
        )
        for (const text of texts) {
          expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
          expect(text.length).toBeLessThanOrEqual(4096)
        }
      }
    }),
    { numRuns: 2000 },
  )
})

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('a', ';', ',', "'", ' ', '\n', '/', ':', '%', '"', 'é', '\u2028') }),
)
const blocked = fc.oneof(
  fc.constantFrom('inline', 'eval', 'wasm-eval', 'trusted-types-policy', 'data', 'blob;x', "blob:'x;y", 'self'),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  text.map((path) => `https://shop.example/${path}`),
  text.map((host) => `http://${host}`),
  text,
)
const broken = fc.record({
  effectiveDirective: fc.oneof(fc.constantFrom(...directiveNames), text),
  blockedURL: blocked,
  documentURL: fc.oneof(fc.constant('https://shop.example/'), text),
  sample: text,
  originalPolicy: fc
    .array(fc.tuple(fc.constantFrom(...directiveNames), text).map((pair) => pair.join(' ')))
    .map((all) => all.join(';')),
})

test('whatever is reported, no suggestion can begin another directive, source or header', () => {
  let suggested = 0
  fc.assert(
    fc.property(broken, (body) => {
      const [one] = published(Buffer.from(JSON.stringify([violation(body)])), batch)
      const change = one && suggestPolicyChange(one)
      if (change === undefined) return
      suggested++
      expect(directiveNames).toContain(change.directive)
      if (change.inheritsFrom !== undefined) expect(directiveNames).toContain(change.inheritsFrom)
      for (const source of change.sources)
        if (source !== nonce) expect(source).toMatch(/^(?:'[\w+/=-]+'|[\x21\x23-\x26\x28-\x2b\x2d-\x3a\x3c-\x7e]+)$/)
    }),
    { numRuns: 5000 },
  )
  expect(suggested).toBeGreaterThan(500)
})

test('names that objects inherit are ordinary names', () => {
  const text =
    '[{"type":"coep","body":{"__proto__":{"polluted":1},"constructor":"x","toString":"y","documentURL":"z"}}]'
  const [one] = published(Buffer.from(text), batch)
  expect(one?.body).toEqual({ documentUrl: 'z', details: { constructor: 'x', toString: 'y' } })
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('of many distinct reports a bounded number is remembered', () => {
  let now = 0
  const recent = new RecentReports(1e9, 100, () => now++)
  const admit = (index: number): number | undefined => {
    const [one] = published(Buffer.from(JSON.stringify([violation({ sample: `${index}${'x'.repeat(200)}` })])), batch)
    return one && recent.admit(one)
  }
  for (let index = 0; index < 500; index++) expect(admit(index)).toBe(0)
  expect(admit(499)).toBeUndefined()
  expect(admit(400)).toBeUndefined()
  expect(admit(399)).toBe(0)
})

test('the memory for remembered reports is bounded', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const recent = new RecentReports(1e9, 1000, () => 0)
  const heap = (): number => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const admitMany = (from: number): void => {
    for (let index = from; index < from + 5000; index++) {
      const [one] = published(Buffer.from(JSON.stringify([violation({ sample: `${index}${'x'.repeat(200)}` })])), batch)
      if (one !== undefined) recent.admit(one)
    }
  }
  admitMany(0)
  const before = heap()
  admitMany(5000)
  admitMany(10_000)
  expect(heap() - before).toBeLessThan(500_000)
})
