import { arrayOf, checkOptions, oneOf, type Rule, type Rules } from '@seawall/options'
import { Token, serializeDictionary, type InnerList } from 'structured-headers'
import { endpointName } from './endpoint-name.ts'
import type { StructuredHeader } from './structured-header.ts'

/** What goes into Integrity-Policy and its report-only form. */
export interface IntegrityPolicyOptions {
  /** What must carry an `integrity` attribute to be loaded; at least one. */
  readonly blockedDestinations: readonly ('script' | 'style')[]
  /**
   * The names of endpoints for reports about what did not.
   *
   * @default []
   */
  readonly endpoints?: readonly string[]
}

/**
 * Integrity-Policy or Integrity-Policy-Report-Only (Subresource Integrity, §3.8).
 *
 * @param option - The name of the option that holds it.
 * @throws TypeError or RangeError for what is not such a policy.
 */
export function integrityPolicy(option: string, options: IntegrityPolicyOptions): StructuredHeader {
  checkOptions(`set ${option}`, options, rules, ['blockedDestinations'])
  const { blockedDestinations, endpoints = [] } = options
  const policy = new Map([['blocked-destinations', tokens(blockedDestinations)]])
  if (endpoints.length > 0) policy.set('endpoints', tokens(endpoints))
  const name = option === 'integrityPolicy' ? 'integrity-policy' : 'integrity-policy-report-only'
  return { name, value: serializeDictionary(policy), endpoints }
}

const destinations: Rule = arrayOf(oneOf('script', 'style'), `a list of 'script' and 'style', each at most once`)

const rules: Rules<IntegrityPolicyOptions> = {
  blockedDestinations: {
    ...destinations,
    isInRange: (value) => (value as string[]).length > 0 && isSet(value) && destinations.isInRange?.(value) === true,
  },
  endpoints: arrayOf(endpointName),
}

function isSet(value: unknown): boolean {
  return new Set(value as string[]).size === (value as string[]).length
}

function tokens(names: readonly string[]): InnerList {
  return [names.map((name) => [new Token(name), new Map()]), new Map()]
}
