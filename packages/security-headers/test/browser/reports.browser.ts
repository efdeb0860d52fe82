import { once, EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import {
  type CspDirectives,
  nonce,
  type Report,
  reportCollector,
  type ReportCollectorOptions,
  type SecurityHeadersOptions,
  securityHeaders,
  suggestPolicyChange,
} from '../../src/index.ts'
import { ran, sendPage, serveApp, tell, useBrowser } from './browse.ts'

const newTab = useBrowser()

/** A collector, and the first report that comes to it from now on. */
function collector(options: ReportCollectorOptions = {}): {
  guard: ReturnType<typeof reportCollector>
  first: Promise<Report>
} {
  const reports = new EventEmitter()
  const guard = reportCollector({ ...options, onReport: (report) => reports.emit('report', report) })
  return { guard, first: once(reports, 'report').then(([report]) => report as Report) }
}

/** Headers with a policy that blocks inline scripts and reports as the directives say. */
function headersFor(
  reporting: CspDirectives,
  options: SecurityHeadersOptions = {},
): ReturnType<typeof securityHeaders> {
  const directives: CspDirectives = { scriptSrc: ["'self'", nonce, "'report-sample'"], ...reporting }
  return securityHeaders({ ...options, contentSecurityPolicy: { directives } })
}

const injected = `<script>${tell('injected')}</script>`

test.each<[string, CspDirectives, SecurityHeadersOptions, boolean]>([
  ['report-uri', { reportUri: '/reports' }, {}, false],
  ['report-uri over TLS', { reportUri: '/reports' }, {}, true],
  ['report-to', { reportTo: 'csp' }, { reportingEndpoints: { csp: '/reports' } }, true],
])('a violation is reported by %s', async (_how, reporting, options, tls) => {
  const { guard, first } = collector()
  const guards = [guard, headersFor(reporting, options)]
  const port = await serveApp(guards, (_request, response) => sendPage(response, injected), { tls })
  const origin = `${tls ? 'https' : 'http'}://localhost:${port}`
  const tab = await newTab()
  await tab.goto(`${origin}/cart?token=secret#top`)
  const { type, url, userAgent, body } = await first
  expect({ type, url }).toEqual({ type: 'csp-violation', url: `${origin}/cart` })
  expect(userAgent).toMatch(/Chrome/)
  expect(body).toMatchObject({
    documentUrl: `${origin}/cart`,
    blockedUrl: 'inline',
    effectiveDirective: 'script-src-elem',
    disposition: 'enforce',
    statusCode: 200,
    sample: tell('injected').slice(0, 40),
  })
  expect(await ran(tab)).toBe('')
})

test('a page reports to another origin, which is asked first', async () => {
  const { guard, first } = collector({ origins: '*' })
  const reportsPort = await serveApp([guard], (_request, response) => response.end(), { tls: true })
  const reportingEndpoints = { csp: `https://reports.test:${reportsPort}/reports` }
  const headers = headersFor({ reportTo: 'csp' }, { reportingEndpoints })
  const port = await serveApp([headers], (_request, response) => sendPage(response, injected), { tls: true })
  const tab = await newTab()
  await tab.goto(`https://shop.test:${port}/`)
  expect((await first).url).toBe(`https://shop.test:${port}/`)
})

test('the change that a report suggests lets the script run', async () => {
  const script = `document.body.id = 'ran'`
  const { guard, first } = collector()
  const visit = async (scriptSrc: readonly string[]): Promise<unknown> => {
    const headers = headersFor({ scriptSrc: ["'report-sample'", ...scriptSrc], reportUri: '/reports' })
    const page = `<script>${script}</script>`
    const port = await serveApp([guard, headers], (_request, response) => sendPage(response, page))
    const tab = await newTab()
    await tab.goto(`http://localhost:${port}/`)
    return tab.evaluate('document.body.id')
  }
  expect(await visit([])).toBe('')
  const change = suggestPolicyChange(await first)
  expect(change?.directive).toBe('script-src')
  expect(await visit(change?.sources.filter((source) => typeof source === 'string') ?? [])).toBe('ran')
})
