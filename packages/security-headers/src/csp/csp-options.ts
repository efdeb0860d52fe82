import { arrayOf, boolean, checkOptions, either, fn, oneOf, record, type Rule, type Rules } from '@seawall/options'
import type { CspDirectives } from './directives.ts'
import { findingIds, type CspFinding, type CspFindingId, type CspLevel } from './finding.ts'

/** One policy. */
export interface ContentSecurityPolicyOptions {
  /**
   * Whether the policy begins with helmet's directives, which `directives` then replace one by one.
   *
   * @default true
   */
  readonly useDefaults?: boolean
  /** The directives by name. Left out: helmet's. */
  readonly directives?: CspDirectives
  /**
   * Whether browsers only report: sends Content-Security-Policy-Report-Only instead. Under
   * `contentSecurityPolicyReportOnly` it is `true` and cannot be anything else.
   *
   * @default false
   */
  readonly reportOnly?: boolean
}

/**
 * No policy, helmet's, one, or several. Of several, sent in one header, each has to allow what a page does
 * (CSP level 3, §8.1).
 */
export type ContentSecurityPolicyOption =
  | boolean
  | ContentSecurityPolicyOptions
  | readonly ContentSecurityPolicyOptions[]

/** What happens to what the linter finds in policies at creation. */
export interface CspLintOptions {
  /**
   * Findings that are meant so, by id: `['csp/unsafe-eval']`.
   *
   * @default []
   */
  readonly silence?: readonly CspFindingId[]
  /**
   * From which level on a finding is thrown.
   *
   * @default 'error'
   */
  readonly failOn?: CspLevel
  /**
   * Takes each finding at creation, before one is thrown. The channel `seawall:security-headers:lint` has them too.
   *
   * @default nobody
   */
  readonly onFinding?: (finding: CspFinding) => void
}

/** The options of `securityHeaders` that make Content-Security-Policy. */
export interface CspOptions {
  /**
   * Content-Security-Policy: what a page may load and run.
   *
   * @default true
   */
  readonly contentSecurityPolicy?: ContentSecurityPolicyOption
  /**
   * Content-Security-Policy-Report-Only: what would be refused and is only reported, beside the enforced policy.
   *
   * @default false
   */
  readonly contentSecurityPolicyReportOnly?: ContentSecurityPolicyOption
  /** What the linter of policies does with its findings. */
  readonly lint?: CspLintOptions
}

const policies: Rule = {
  must: 'true or false or an object or an array of at least one object',
  isType: (value) => either(boolean, record(), arrayOf(record())).isType(value),
  isInRange: (value) => !Array.isArray(value) || value.length > 0,
}

/** The rules of these options, for {@link checkOptions}. */
export const cspRules: Rules<CspOptions> = {
  contentSecurityPolicy: policies,
  contentSecurityPolicyReportOnly: policies,
  lint: record(),
}

const policyRules: Rules<ContentSecurityPolicyOptions> = {
  useDefaults: boolean,
  directives: record(),
  reportOnly: boolean,
}
const reportOnlyRules: Rules<ContentSecurityPolicyOptions> = { ...policyRules, reportOnly: oneOf(true) }

const lintRules: Rules<CspLintOptions> = {
  silence: arrayOf(oneOf(...findingIds), 'an array of ids of findings'),
  failOn: oneOf('error', 'warning', 'info'),
  onFinding: fn(),
}

/**
 * The policies that an option stands for.
 *
 * @throws TypeError or RangeError for what is no option of a policy.
 */
export function toPolicyOptions(
  name: 'contentSecurityPolicy' | 'contentSecurityPolicyReportOnly',
  option: ContentSecurityPolicyOption,
): readonly ContentSecurityPolicyOptions[] {
  checkOptions<CspOptions>('create security headers', { [name]: option }, cspRules)
  if (option === false) return []
  const list = option === true ? [{}] : ([option].flat() as readonly ContentSecurityPolicyOptions[])
  for (const one of list)
    checkOptions(`set ${name}`, one, name === 'contentSecurityPolicy' ? policyRules : reportOnlyRules)
  return list
}

/**
 * Checks the linter's options.
 *
 * @throws TypeError or RangeError for what is none.
 */
export function checkLintOptions(lint: CspLintOptions): void {
  checkOptions('set lint', lint, lintRules)
}
