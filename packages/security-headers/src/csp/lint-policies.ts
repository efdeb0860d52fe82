import { channel } from 'node:diagnostics_channel'
import type { CspLintOptions } from './csp-options.ts'
import { findingLevels, type CspFinding, type CspLevel, type Found } from './finding.ts'
import { lintWhole } from './lint-policy.ts'
import { lintSources } from './lint-sources.ts'
import type { Policy } from './policy.ts'

const findings = channel('seawall:security-headers:lint')

const order: readonly CspLevel[] = ['error', 'warning', 'info']

/** What the linter finds in one policy, the worst first. */
export function lintPolicy(policy: Policy, reportOnly: boolean): readonly CspFinding[] {
  return toFindings([...policy.flatMap(lintSources), ...lintWhole(policy, reportOnly)], reportOnly)
}

/** Findings with their levels, the worst first. */
export function toFindings(all: readonly Found[], reportOnly: boolean): readonly CspFinding[] {
  return all
    .map((one): CspFinding => ({ ...one, level: findingLevels[one.id], reportOnly }))
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
}

/**
 * Tells what is found in policies at their creation.
 *
 * @throws RangeError for findings of the level that was asked for, or worse.
 */
export function lintPolicies(
  enforced: readonly Policy[],
  reported: readonly Policy[],
  { silence = [], failOn = 'error', onFinding }: CspLintOptions,
): void {
  const heard = [
    ...enforced.flatMap((policy) => lintPolicy(policy, false)),
    ...reported.flatMap((policy) => lintPolicy(policy, true)),
  ].filter(({ id }) => !silence.includes(id))
  for (const finding of heard) {
    if (findings.hasSubscribers) findings.publish(finding)
    onFinding?.(finding)
  }
  const fatal = heard.filter(({ level }) => order.indexOf(level) <= order.indexOf(failOn))
  if (fatal.length === 0) return
  const list = fatal.map(({ id, message }) => `${message} (${id})`).join('; ')
  throw new RangeError(`Cannot set contentSecurityPolicy as ${list}`)
}

/** Tells what is found in the policies of a route, which are made while requests are served: nothing is thrown. */
export function lintRoutePolicies(reportOnly: boolean, policies: readonly Policy[]): void {
  if (!findings.hasSubscribers) return
  for (const policy of policies) for (const finding of lintPolicy(policy, reportOnly)) findings.publish(finding)
}
