import { channel } from 'node:diagnostics_channel'
import type { Awaitable, Exchange, Guard, Reply } from '@seawall/guard'
import { problem } from './problem.ts'
import {
  checkReportCollectorOptions,
  type CheckedReportCollectorOptions,
  type ReportCollectorOptions,
} from './reports/options.ts'
import { parseReports, reportFormat, type ReportFormat } from './reports/parse-reports.ts'
import { blocksConnection, readBody, type Unread } from './reports/read-body.ts'
import { RecentReports } from './reports/recent-reports.ts'
import type { ParsedReport, Report } from './reports/report.ts'
import { TokenBucket } from './reports/token-bucket.ts'

const published = channel('seawall:security-headers:report')

/**
 * A guard that takes what browsers report: broken policies, failed integrity, deprecated features. It answers everything
 * that is sent to its path, reads the body itself (or takes what a body parser has left), and publishes each report once
 * on the channel `seawall:security-headers:report` and to `onReport`. Mount it before `crossOriginProtection`, which would
 * refuse reports from elsewhere.
 *
 * Anyone can send a report. What it costs is bounded: bytes, time and number of bodies, requests a minute, reports
 * remembered.
 *
 * @throws TypeError or RangeError for an option that is unknown or wrong.
 * @example
 * ```ts
 * import { reportCollector, securityHeaders } from '@seawall/security-headers'
 *
 * const guards = [
 *   reportCollector({ path: '/reports', onReport: (report) => console.log(report.type, report.body.blockedUrl) }),
 *   securityHeaders({ contentSecurityPolicy: { directives: { reportUri: '/reports' } } }),
 * ]
 * ```
 */
export function reportCollector(options: ReportCollectorOptions = {}): Guard {
  const checked = checkReportCollectorOptions(options)
  const collector = new Collector(checked)
  return {
    name: 'report-collector',
    onRequest: (exchange) => (exchange.path === checked.path ? collector.answer(exchange) : undefined),
  }
}

class Collector {
  readonly #options: CheckedReportCollectorOptions
  readonly #bucket: TokenBucket
  readonly #recent: RecentReports
  /** How many bodies are being read. */
  #reading = 0

  constructor(options: CheckedReportCollectorOptions) {
    const { maxRequestsPerMinute, repeatAfterMs, maxRemembered, now } = options
    this.#options = options
    this.#bucket = new TokenBucket(maxRequestsPerMinute, now)
    this.#recent = new RecentReports(repeatAfterMs, maxRemembered, now)
  }

  answer(exchange: Exchange): Awaitable<Reply> {
    const { maxConcurrent, maxBytes, origins, random, sampleRate } = this.#options
    const cors = corsHeaders(exchange, origins)
    if (exchange.method === 'OPTIONS') return { status: 204, headers: { ...preflight, ...cors } }
    if (exchange.method !== 'POST') return wrongMethod
    const format = reportFormat(exchange.header('content-type'))
    if (format === undefined || exchange.header('content-encoding') !== undefined) return wrongType
    if (Number(exchange.header('content-length') ?? 0) > maxBytes) return failure('too long', exchange)
    const taken = { status: 204, headers: cors }
    if (sampleRate < 1 && random() >= sampleRate) return taken
    if (!this.#bucket.take()) return tooMany
    if (this.#reading >= maxConcurrent) return tooBusy
    return this.#take(exchange, format, taken)
  }

  async #take(exchange: Exchange, format: ReportFormat, taken: Reply): Promise<Reply> {
    this.#reading++
    try {
      const reading = readBody(exchange.raw, this.#options)
      const body = reading === undefined ? parsedBody(exchange) : await reading
      if (reading !== undefined && typeof body === 'string') return failure(body as Unread, exchange)
      const reports = parseReports(body, format, this.#options.maxReports, exchange.header('user-agent'))
      if (reports === undefined) return noReport
      for (const report of reports) this.#publish(report)
      return taken
    } finally {
      this.#reading--
    }
  }

  #publish(parsed: ParsedReport): void {
    const repeats = this.#recent.admit(parsed)
    if (repeats === undefined) return
    const report: Report = { ...parsed, repeats }
    published.publish(report)
    try {
      Promise.resolve(this.#options.onReport(report)).catch(warn)
    } catch (error) {
      warn(error)
    }
  }
}

function parsedBody({ body, path }: Exchange): unknown {
  if (body !== undefined) return body
  throw new Error(
    `Cannot take reports at ${path} as the body has been read and nothing is left of it: mount reportCollector earlier`,
  )
}

const preflight = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
  allow: 'OPTIONS, POST',
}

function corsHeaders(exchange: Exchange, origins: '*' | readonly string[]): Record<string, string> {
  if (origins === '*') return { 'access-control-allow-origin': '*' }
  if (origins.length === 0) return {}
  const origin = exchange.header('origin')
  const isListed = origin !== undefined && origins.includes(origin)
  return isListed ? { 'access-control-allow-origin': origin, vary: 'origin' } : { vary: 'origin' }
}

const types = 'application/csp-report or application/reports+json'
const wrongMethod = withHeaders(problem(405, 'Method Not Allowed', 'Reports are sent by POST.'), {
  allow: preflight.allow,
})
const wrongType = problem(415, 'Unsupported Media Type', `Reports are ${types}, not compressed.`)
const noReport = problem(400, 'Bad Request', `The body is no report: JSON in UTF-8, of the form of its type.`)
const tooMany = withHeaders(problem(429, 'Too Many Requests', 'More reports come in than are taken.'), {
  'retry-after': '60',
})
const tooBusy = withHeaders(problem(503, 'Service Unavailable', 'Too many reports are being sent at this moment.'), {
  'retry-after': '60',
})
const failures: Readonly<Record<Unread, Reply>> = {
  'too long': problem(413, 'Content Too Large', 'The report is longer than reports may be.'),
  'too slow': problem(408, 'Request Timeout', 'The report did not arrive in time.'),
  'cut off': problem(400, 'Bad Request', 'The report was cut off.'),
}

function failure(why: Unread, { raw }: Exchange): Reply {
  return blocksConnection(raw) ? withHeaders(failures[why], { connection: 'close' }) : failures[why]
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

function warn(error: unknown): void {
  process.emitWarning(
    `'onReport' of reportCollector failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    { type: 'SeawallWarning', code: 'SEAWALL_ON_REPORT' },
  )
}
