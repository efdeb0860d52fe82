import { expect, test } from 'vitest'
import { parseReports } from '../../src/reports/parse-reports.ts'
import type { ParsedReport } from '../../src/reports/report.ts'

function normalised(report: object): ParsedReport | undefined {
  return parseReports(JSON.stringify([report]), 'application/reports+json', 1, 'Sender/1')?.[0]
}

test('what a type of report says beyond the known fields stands among the details', () => {
  const body = { documentURL: 'https://shop.example/', destination: 'script', reportOnly: true, score: 0.5 }
  expect(normalised({ type: 'integrity-violation', url: 'https://shop.example/', body })).toEqual({
    type: 'integrity-violation',
    url: 'https://shop.example/',
    ageMs: undefined,
    userAgent: 'Sender/1',
    body: { documentUrl: 'https://shop.example/', details: { destination: 'script', reportOnly: true, score: 0.5 } },
  })
})

test('of the details sixteen are kept, and no objects', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index}`, index]))
  const details = normalised({ type: 'coep', body: { deep: { x: 1 }, list: [1], nothing: null, ...many } })?.body
    .details
  expect(Object.keys(details ?? {})).toHaveLength(16)
  expect(details).not.toHaveProperty('deep')
})

test.each([
  ['https://shop.example/reset?token=secret', 'https://shop.example/reset'],
  ['https://shop.example/#secret', 'https://shop.example/'],
  ['https://user:p@ss@shop.example/a@b', 'https://shop.example/a@b'],
  ['/reset?token=secret', '/reset'],
  ['inline', 'inline'],
])('of the address %s there remains %s', (given, kept) => {
  const report = normalised({
    type: 'coop',
    url: given,
    body: { blockedURL: given, documentURL: given, sourceFile: given },
  })
  expect(report?.url).toBe(kept)
  expect(report?.body).toMatchObject({ blockedUrl: kept, documentUrl: kept, sourceFile: kept })
})

test('addresses among the details lose their queries, and other text keeps its question marks', () => {
  const details = normalised({
    type: 'deprecation',
    body: {
      nextResponseURL: 'https://a.example/x?token=secret',
      message: 'Why? See https://b.example/y?z=1#f for more',
    },
  })?.body.details
  expect(details).toEqual({
    nextResponseURL: 'https://a.example/x',
    message: 'Why? See https://b.example/y for more',
  })
})

test('text is cut, and a character that would begin a line is replaced', () => {
  const body = {
    sample: `a\nb\r\u2028c\u0000${'x'.repeat(1000)}`,
    documentURL: `https://a.example/${'y'.repeat(5000)}`,
  }
  const report = normalised({ type: 'csp-violation', body })
  expect(report?.body.sample).toMatch(/^a\ufffdb\ufffd\ufffdc\ufffdx+$/)
  expect(report?.body.sample).toHaveLength(256)
  expect(report?.body.documentUrl).toHaveLength(1024)
})

test.each([
  [{ lineNumber: -1, columnNumber: 1.5, statusCode: '200' }, {}],
  [{ disposition: 'maybe', effectiveDirective: 'script-src; x' }, {}],
  [{ effectiveDirective: 'IMG-SRC', documentURL: 7 }, {}],
  [
    { effectiveDirective: "style-src 'self'", disposition: 'report' },
    { effectiveDirective: 'style-src', disposition: 'report' },
  ],
])('fields of the wrong type or form are left out: %j', (body, kept) => {
  const { details: _details, ...fields } = normalised({ type: 'csp-violation', body })?.body ?? { details: {} }
  expect(fields).toEqual(kept)
})
