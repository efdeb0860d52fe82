import { embedderPolicyReportOnly, openerPolicyReportOnly } from './headers/cross-origin-report-only.ts'
import { documentPolicy } from './headers/document-policy.ts'
import { integrityPolicy } from './headers/integrity-policy.ts'
import { permissionsPolicy } from './headers/permissions-policy.ts'
import { checkEndpoints, reportingEndpoints } from './headers/reporting-endpoints.ts'
import type { StructuredHeader } from './headers/structured-header.ts'
import type { SecurityHeadersOptions } from './options.ts'

/** The options of headers that helmet does not have, each with what makes its header. */
const makers = {
  permissionsPolicy,
  permissionsPolicyReportOnly: permissionsPolicy,
  integrityPolicy,
  integrityPolicyReportOnly: integrityPolicy,
  crossOriginOpenerPolicyReportOnly: (_option, options) => openerPolicyReportOnly(options),
  crossOriginEmbedderPolicyReportOnly: (_option, options) => embedderPolicyReportOnly(options),
  documentPolicy,
  documentPolicyReportOnly: documentPolicy,
  reportingEndpoints: (_option, endpoints) => reportingEndpoints(endpoints),
} satisfies { [Name in keyof SecurityHeadersOptions]?: Maker<Name> }

type Maker<Name extends keyof SecurityHeadersOptions> = (
  option: Name,
  given: Exclude<SecurityHeadersOptions[Name], false | undefined>,
) => StructuredHeader

/**
 * The headers that helmet does not have, by name.
 *
 * @param policyGroups - The names that the Content-Security-Policy wants reports at.
 * @throws TypeError or RangeError for a bad option, and for reports to an endpoint that is not there.
 */
export function addedHeaders(
  options: SecurityHeadersOptions,
  policyGroups: readonly string[],
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const wanted: (readonly [string, readonly string[]])[] = [['contentSecurityPolicy', policyGroups]]
  for (const [option, make] of Object.entries(makers)) {
    const given = options[option as keyof typeof makers]
    if (given === undefined || given === false) continue
    const { name, value, endpoints } = (make as (option: string, given: object) => StructuredHeader)(option, given)
    // an empty dictionary is sent by not sending it (RFC 9651 §4.1)
    if (value !== '') headers[name] = value
    wanted.push([option, endpoints])
  }
  if (options.noStore === true) headers['cache-control'] = 'no-store'
  checkEndpoints(options.reportingEndpoints === false ? {} : (options.reportingEndpoints ?? {}), wanted)
  return headers
}
