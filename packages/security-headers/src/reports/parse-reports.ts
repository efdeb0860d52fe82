import { normaliseCspReport, normaliseReport } from './normalise-report.ts'
import type { ParsedReport } from './report.ts'

/** The formats in which browsers report. */
export type ReportFormat = 'application/csp-report' | 'application/reports+json'

/** Which of the formats a content type names, if any. */
export function reportFormat(contentType: string | undefined): ReportFormat | undefined {
  const [name = ''] = (contentType ?? '').split(';', 1)
  const lower = name.trim().toLowerCase()
  return lower === 'application/csp-report' || lower === 'application/reports+json' ? lower : undefined
}

/**
 * The reports in a body: bytes, text, or what a parser has made of it.
 *
 * @param userAgent - The browser that sent it, for the format that does not name it.
 * @returns `undefined` when it is no JSON in UTF-8, or holds no report at all.
 */
export function parseReports(
  body: unknown,
  format: ReportFormat,
  maxReports: number,
  userAgent: string | undefined,
): ParsedReport[] | undefined {
  const value = toValue(body)
  if (format === 'application/csp-report') {
    const report = normaliseCspReport(value, userAgent)
    return report && [report]
  }
  const batch = Array.isArray(value) ? value.slice(0, maxReports) : [value]
  const reports = batch.map((one) => normaliseReport(one, userAgent)).filter((report) => report !== undefined)
  return reports.length === 0 ? undefined : reports
}

/** JSON.parse does not recurse, however deep its text is nested. */
function toValue(body: unknown): unknown {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
