import { checkOptions, type Rule } from '@seawall/options'
import { isValidKeyStr, serializeDictionary } from 'structured-headers'
import { endpointName } from './endpoint-name.ts'
import type { StructuredHeader } from './structured-header.ts'

/**
 * Where browsers send reports, by the names that other headers use: `{ default: 'https://reports.example/all' }`. A URL
 * is absolute and https, or a path on the same host. Reports of deprecations, interventions and crashes go to `default`.
 */
export type ReportingEndpoints = Readonly<Record<string, string>>

const url: Rule = {
  must: `a URL such as 'https://reports.example/all' or a path such as '/reports', in visible ASCII`,
  isType: (value) => typeof value === 'string',
  isInRange: (value) => isEndpoint(value as string),
}

/**
 * Reporting-Endpoints (Reporting API, §3.2).
 *
 * @throws TypeError or RangeError for a name that cannot be one, and for a value that is no https URL or path.
 */
export function reportingEndpoints(endpoints: ReportingEndpoints): StructuredHeader {
  for (const name of Object.keys(endpoints)) {
    if (isValidKeyStr(name)) continue
    throw new RangeError(
      `Cannot set reportingEndpoints as a name must be ${endpointName.must}: current value is ${JSON.stringify(name)}`,
    )
  }
  const urls = Object.fromEntries(Object.keys(endpoints).map((name) => [name, url]))
  checkOptions<Record<string, unknown>>('set reportingEndpoints', endpoints, urls, Object.keys(endpoints))
  return { name: 'reporting-endpoints', value: serializeDictionary(endpoints), endpoints: [] }
}

/**
 * Refuses reports to nowhere: browsers drop them without a word.
 *
 * @param wanted - The names that each option wants reports at.
 * @throws RangeError for the first name that has no endpoint.
 */
export function checkEndpoints(
  endpoints: ReportingEndpoints,
  wanted: Iterable<readonly [option: string, names: readonly string[]]>,
): void {
  for (const [option, names] of wanted) {
    const unknown = names.find((name) => !Object.hasOwn(endpoints, name))
    if (unknown === undefined) continue
    const known = Object.keys(endpoints).join(', ') || 'none'
    throw new RangeError(
      `Cannot create security headers as ${option} reports to '${unknown}', which must be in reportingEndpoints: ` +
        `names there are ${known}`,
    )
  }
}

/** Plain http is no place for reports: browsers take an endpoint only where its URL is trustworthy. */
function isEndpoint(text: string): boolean {
  if (!/^[\x21-\x7e]+$/.test(text)) return false
  if (text.startsWith('/')) return !/^\/[/\\]/.test(text)
  return URL.canParse(text) && new URL(text).protocol === 'https:'
}
