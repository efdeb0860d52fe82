import { arrayOf, checkOptions, either, fn, integer, milliseconds, number, oneOf, string } from '@seawall/options'
import type { Report } from './report.ts'

/** How to take reports. */
export interface ReportCollectorOptions {
  /**
   * Where browsers send reports, as it stands in the address.
   *
   * @default '/reports'
   */
  readonly path?: string
  /** Takes each report that is published. What it throws, or rejects with, becomes a process warning. */
  readonly onReport?: (report: Report) => unknown
  /**
   * Origins whose pages may report here although they are served from elsewhere: `https://shop.example`, or `'*'` for all.
   * Only for the Reporting API, which asks first (CORS); `report-uri` never asks.
   *
   * @default []
   */
  readonly origins?: '*' | readonly string[]
  /**
   * How long a request's body may be, in bytes.
   *
   * @default 65536
   */
  readonly maxBytes?: number
  /**
   * How many reports are taken from one request; the rest of a longer batch is dropped.
   *
   * @default 100
   */
  readonly maxReports?: number
  /**
   * How many requests are read a minute, from all clients together; as many can come at once after a quiet minute. What is
   * over gets a 429.
   *
   * @default 600
   */
  readonly maxRequestsPerMinute?: number
  /**
   * How many bodies are read at the same time. What is over gets a 503. With `maxBytes` it bounds the memory for bodies.
   *
   * @default 32
   */
  readonly maxConcurrent?: number
  /**
   * How long a body may take to arrive, in milliseconds. What is slower gets a 408.
   *
   * @default 5000
   */
  readonly bodyTimeoutMs?: number
  /**
   * How long reports of the same content are held back after one was published, in milliseconds; 0 publishes all.
   *
   * @default 60000
   */
  readonly repeatAfterMs?: number
  /**
   * How many reports are remembered to tell repetitions; the oldest are forgotten first. Each takes about 200 bytes.
   *
   * @default 1000
   */
  readonly maxRemembered?: number
  /**
   * Which part of the requests is read, from 0 to 1; the rest is answered and thrown away.
   *
   * @default 1
   */
  readonly sampleRate?: number
  /**
   * A clock in milliseconds that never goes back.
   *
   * @default performance.now
   */
  readonly now?: () => number
  /**
   * Draws a number from 0 to 1 for `sampleRate`.
   *
   * @default Math.random
   */
  readonly random?: () => number
}

/** The options with every default in its place. */
export type CheckedReportCollectorOptions = Required<ReportCollectorOptions>

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for the first bad option.
 */
export function checkReportCollectorOptions(options: ReportCollectorOptions): CheckedReportCollectorOptions {
  checkOptions('create a report collector', options, {
    path: string(`a path such as '/reports'`, /^\/[^\s?#]*$/),
    onReport: fn(),
    origins: either(
      oneOf('*'),
      arrayOf(string(`an origin as browsers write it, such as 'https://shop.example'`, origin)),
    ),
    maxBytes: integer({ min: 1 }),
    maxReports: integer({ min: 1 }),
    maxRequestsPerMinute: number({ min: 1 }),
    maxConcurrent: integer({ min: 1 }),
    bodyTimeoutMs: milliseconds({ min: 1 }),
    repeatAfterMs: milliseconds(),
    maxRemembered: integer({ min: 1 }),
    sampleRate: number({ min: 0, max: 1 }),
    now: fn(),
    random: fn(),
  })
  const {
    path = '/reports',
    onReport = () => undefined,
    origins = [],
    maxBytes = 65_536,
    maxReports = 100,
    maxRequestsPerMinute = 600,
    maxConcurrent = 32,
    bodyTimeoutMs = 5000,
    repeatAfterMs = 60_000,
    maxRemembered = 1000,
    sampleRate = 1,
    now = () => performance.now(),
    random = Math.random,
  } = options
  const limits = { maxBytes, maxReports, maxRequestsPerMinute, maxConcurrent, bodyTimeoutMs }
  return { path, onReport, origins, ...limits, repeatAfterMs, maxRemembered, sampleRate, now, random }
}

/** An origin as browsers write it: lower case, no path, and no port that the scheme has anyway. */
const origin = /^https?:\/\/(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
