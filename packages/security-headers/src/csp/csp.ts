import type { Exchange, Head } from '@seawall/guard'
import { isLocalhost } from '../localhost.ts'
import { reportCacheableNonce } from './cacheable-nonce.ts'
import { checkLintOptions, toPolicyOptions, type CspOptions } from './csp-options.ts'
import { helmetPolicy } from './helmet-policy.ts'
import { lintPolicies } from './lint-policies.ts'
import { sourcesOf, withoutDirective, type Policy } from './policy.ts'
import { compileHeader, enforcedHeader, hasNonce, reportedHeader, type PolicyHeader } from './policy-header.ts'
import { adopt, expectNonces, trackForRoutes } from './request-csp.ts'

/** Content-Security-Policy as a part of a guard. */
export interface Csp {
  /** The constant headers. */
  readonly headers: Readonly<Record<string, string>>
  /** The groups that policies name in `report-to`. */
  readonly reportGroups: readonly string[]
  /** Puts a request under the policies. */
  onRequest(exchange: Exchange): void
  /** Looks whether a shared cache may store a nonce; `undefined` where no policy holds one. */
  readonly onHead: ((exchange: Exchange, head: Head) => void) | undefined
}

const upgrade = 'upgrade-insecure-requests'

/** The policies in the two forms that requests need. */
interface Forms {
  readonly everywhere: PolicyHeader
  /** Over plain http on this very machine, where Safari would upgrade to a TLS that is not there. */
  readonly onLocalhost: PolicyHeader
}

/**
 * Makes Content-Security-Policy of options. helmet runs here, once for each policy.
 *
 * @throws TypeError or RangeError for an option, a directive or a source that is wrong, and for what the linter finds.
 * @throws An Error of helmet's for a policy that helmet refuses.
 */
export function compileCsp(options: CspOptions): Csp {
  const { contentSecurityPolicy = true, contentSecurityPolicyReportOnly = false, lint = {} } = options
  checkLintOptions(lint)
  const enforced: Policy[] = []
  const reported: Policy[] = []
  for (const one of toPolicyOptions('contentSecurityPolicy', contentSecurityPolicy))
    (one.reportOnly === true ? reported : enforced).push(helmetPolicy('contentSecurityPolicy', one))
  for (const one of toPolicyOptions('contentSecurityPolicyReportOnly', contentSecurityPolicyReportOnly))
    reported.push(helmetPolicy('contentSecurityPolicyReportOnly', one))
  lintPolicies(enforced, reported, lint)
  return toCsp(formsOf(enforcedHeader, enforced), formsOf(reportedHeader, reported))
}

function formsOf(name: PolicyHeader['name'], policies: readonly Policy[]): Forms | undefined {
  const everywhere = compileHeader(name, policies)
  if (everywhere === undefined) return undefined
  if (hasNonce(everywhere)) expectNonces()
  const local = policies.map((policy) => withoutDirective(policy, upgrade))
  // browsers take an empty value for no policy
  return {
    everywhere,
    onLocalhost: compileHeader(name, local) ?? { ...everywhere, policies: [], plain: '', pieces: [''] },
  }
}

function toCsp(enforced: Forms | undefined, reported: Forms | undefined): Csp {
  const all = [enforced, reported].filter((forms) => forms !== undefined)
  return {
    headers: Object.freeze(Object.fromEntries(all.map(({ everywhere }) => [everywhere.name, everywhere.plain]))),
    reportGroups: all.flatMap(({ everywhere }) => everywhere.policies.flatMap(groupsOf)),
    onRequest(exchange) {
      const isLocal = all.length > 0 && !exchange.secure && isLocalhost(exchange.host)
      trackForRoutes(exchange)
      // on localhost even where both forms are the same, since a guard mounted before may have set its own
      if (enforced !== undefined) adoptForm(exchange, 'enforced', enforced, isLocal)
      if (reported !== undefined) adoptForm(exchange, 'reported', reported, isLocal)
    },
    onHead: all.some(({ everywhere }) => hasNonce(everywhere)) ? reportCacheableNonce : undefined,
  }
}

function adoptForm(exchange: Exchange, mode: 'enforced' | 'reported', forms: Forms, isLocal: boolean): void {
  adopt(exchange, mode, isLocal ? forms.onLocalhost : forms.everywhere, !isLocal)
}

function groupsOf(policy: Policy): readonly string[] {
  return (sourcesOf(policy, 'report-to') ?? []).filter((source) => typeof source === 'string')
}
