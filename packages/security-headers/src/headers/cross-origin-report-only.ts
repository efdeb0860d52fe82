import { checkOptions, oneOf, type Rule } from '@seawall/options'
import { Token, serializeItem } from 'structured-headers'
import { endpointName } from './endpoint-name.ts'
import type { StructuredHeader } from './structured-header.ts'

/** What goes into Cross-Origin-Opener-Policy-Report-Only. */
export interface CrossOriginOpenerPolicyReportOnlyOptions {
  /**
   * The policy to try.
   *
   * @default 'same-origin'
   */
  readonly policy?: 'same-origin' | 'same-origin-allow-popups' | 'noopener-allow-popups'
  /** The name of the endpoint for its reports. */
  readonly reportTo: string
}

/** What goes into Cross-Origin-Embedder-Policy-Report-Only. */
export interface CrossOriginEmbedderPolicyReportOnlyOptions {
  /**
   * The policy to try.
   *
   * @default 'require-corp'
   */
  readonly policy?: 'require-corp' | 'credentialless'
  /** The name of the endpoint for its reports. */
  readonly reportTo: string
}

/**
 * Cross-Origin-Opener-Policy-Report-Only (HTML, §7.1.3).
 *
 * @throws TypeError or RangeError for what is not such a policy.
 */
export function openerPolicyReportOnly(options: CrossOriginOpenerPolicyReportOnlyOptions): StructuredHeader {
  check('crossOriginOpenerPolicyReportOnly', options, openerPolicies)
  return toHeader('cross-origin-opener-policy-report-only', options.policy ?? 'same-origin', options.reportTo)
}

/**
 * Cross-Origin-Embedder-Policy-Report-Only (HTML, §7.1.4).
 *
 * @throws TypeError or RangeError for what is not such a policy.
 */
export function embedderPolicyReportOnly(options: CrossOriginEmbedderPolicyReportOnlyOptions): StructuredHeader {
  check('crossOriginEmbedderPolicyReportOnly', options, embedderPolicies)
  return toHeader('cross-origin-embedder-policy-report-only', options.policy ?? 'require-corp', options.reportTo)
}

const openerPolicies = oneOf('same-origin', 'same-origin-allow-popups', 'noopener-allow-popups')
const embedderPolicies = oneOf('require-corp', 'credentialless')

function check(option: string, options: { policy?: string; reportTo: string }, policy: Rule): void {
  checkOptions(`set ${option}`, options, { policy, reportTo: endpointName }, ['reportTo'])
}

/** The endpoint is a string here: browsers do not take a token. */
function toHeader(name: string, policy: string, reportTo: string): StructuredHeader {
  return { name, value: serializeItem(new Token(policy), new Map([['report-to', reportTo]])), endpoints: [reportTo] }
}
