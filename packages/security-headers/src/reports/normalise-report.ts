import { line, withoutNonces, withoutQuery, withoutQueries } from './report-text.ts'
import type { ParsedReport, ReportBody } from './report.ts'

type Fields = Readonly<Record<string, unknown>>

const maxDetails = 16

/** The names by which both formats tell what a report's body has fields for. */
const known: Readonly<Record<string, (value: unknown) => Partial<ReportBody>>> = {
  documentURL: (value) => field('documentUrl', address(value)),
  'document-uri': (value) => field('documentUrl', address(value)),
  blockedURL: (value) => field('blockedUrl', address(value)),
  'blocked-uri': (value) => field('blockedUrl', address(value)),
  effectiveDirective: (value) => field('effectiveDirective', directive(value)),
  'effective-directive': (value) => field('effectiveDirective', directive(value)),
  disposition: (value) => field('disposition', value === 'enforce' || value === 'report' ? value : undefined),
  sample: (value) => field('sample', text(value, 256)),
  'script-sample': (value) => field('sample', text(value, 256)),
  originalPolicy: (value) => field('policy', policy(value)),
  'original-policy': (value) => field('policy', policy(value)),
  sourceFile: (value) => field('sourceFile', address(value)),
  'source-file': (value) => field('sourceFile', address(value)),
  lineNumber: (value) => field('lineNumber', count(value)),
  'line-number': (value) => field('lineNumber', count(value)),
  columnNumber: (value) => field('columnNumber', count(value)),
  'column-number': (value) => field('columnNumber', count(value)),
  statusCode: (value) => field('statusCode', count(value)),
  'status-code': (value) => field('statusCode', count(value)),
}

/** A report of the Reporting API; `undefined` for anything else. */
export function normaliseReport(value: unknown, sentBy: string | undefined): ParsedReport | undefined {
  if (!isRecord(value) || !isRecord(value['body'])) return undefined
  const { type, url, age, user_agent: userAgent } = value
  if (typeof type !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(type)) return undefined
  return {
    type,
    url: address(url) ?? '',
    ageMs: count(age),
    userAgent: text(userAgent, 512) ?? text(sentBy, 512),
    body: toBody(value['body']),
  }
}

/** What `report-uri` makes browsers send; `undefined` for anything else. */
export function normaliseCspReport(value: unknown, sentBy: string | undefined): ParsedReport | undefined {
  const fields = isRecord(value) ? value['csp-report'] : undefined
  if (!isRecord(fields)) return undefined
  const { 'violated-directive': violated, ...others } = fields
  // browsers of before CSP level 3 name the directive here only, with all its sources
  const body = { ...field('effectiveDirective', directive(violated)), ...toBody(others) }
  return { type: 'csp-violation', url: body.documentUrl ?? '', ageMs: undefined, userAgent: text(sentBy, 512), body }
}

function toBody(fields: Fields): ReportBody {
  const body: Partial<ReportBody> = {}
  const details: [string, string | number | boolean][] = []
  for (const name in fields) {
    if (Object.hasOwn(known, name)) Object.assign(body, known[name]?.(fields[name]))
    else if (details.length < maxDetails && /^[a-z][a-z0-9_-]{0,63}$/i.test(name)) {
      const scalar = toScalar(fields[name])
      if (scalar !== undefined) details.push([name, scalar])
    }
  }
  return { ...body, details: Object.fromEntries(details) }
}

function toScalar(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'boolean' || Number.isFinite(value)) return value as number | boolean
  const one = text(value, 1024)
  return one === undefined ? undefined : withoutQueries(one)
}

/** Left out rather than there with `undefined`. */
function field<Name extends keyof ReportBody>(name: Name, value: ReportBody[Name] | undefined): Partial<ReportBody> {
  return value === undefined ? {} : { [name]: value }
}

function text(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value !== '' ? line(value, maxLength) : undefined
}

function address(value: unknown): string | undefined {
  const one = text(value, 1024)
  return one === undefined ? undefined : withoutQuery(one)
}

function policy(value: unknown): string | undefined {
  const one = text(value, 4096)
  return one === undefined ? undefined : withoutNonces(one)
}

function directive(value: unknown): string | undefined {
  return typeof value === 'string' ? /^[a-z-]{1,64}(?= |$)/.exec(value)?.[0] : undefined
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
