import { fallbacks, nonce } from './directives.ts'
import { found, type Found } from './finding.ts'
import { isNonceOrHash, sourcesOf, type Policy, type Source } from './policy.ts'

/** What one rule says of a whole policy. */
type PolicyRule = (policy: Policy, reportOnly: boolean) => readonly Found[]

/** Findings about what a policy as a whole allows, and what it forgot. */
export function lintWhole(policy: Policy, reportOnly: boolean): readonly Found[] {
  return policyRules.flatMap((rule) => rule(policy, reportOnly))
}

/** The directives through which scripts come in, each by the name under which the policy holds its sources. */
const scriptDirectives = ['script-src', 'script-src-elem', 'script-src-attr', 'worker-src']
const activeDirectives = [...scriptDirectives, 'object-src', 'base-uri']
const guardedDirectives = [...activeDirectives, 'frame-ancestors', 'form-action']

const deprecated: Readonly<Record<string, string>> = {
  'block-all-mixed-content': 'browsers do so anyway',
  'plugin-types': 'no browser heeds it',
  'prefetch-src': 'no browser heeds it',
  'navigate-to': 'no browser heeds it',
  'require-sri-for': 'use the header Integrity-Policy',
}

const policyRules: readonly PolicyRule[] = [
  (policy) =>
    effective(policy, 'script-src') === undefined
      ? [found('csp/missing-script-src', 'scripts may come from anywhere: set script-src or default-src')]
      : [],
  (policy) =>
    effective(policy, 'object-src') === undefined
      ? [found('csp/missing-object-src', `plugins may come from anywhere: set object-src 'none'`)]
      : [],
  missingBaseUri,
  strictDynamic,
  unsafeInline,
  (policy) => eachSource(policy, scriptDirectives, unsafeEval),
  (policy) => eachSource(policy, ['script-src', 'script-src-attr'], unsafeHashes),
  (policy) => eachSource(policy, guardedDirectives, wildcard),
  (policy) => eachSource(policy, activeDirectives, broadScheme),
  (policy) => eachSource(policy, activeDirectives, allowedHost),
  (policy) => policy.flatMap(({ name, sources }) => sources.flatMap((source) => staticNonce(name, source))),
  (policy) =>
    policy.flatMap(({ name }) =>
      Object.hasOwn(deprecated, name) ? [found('csp/deprecated-directive', `${name}: ${deprecated[name]}`, name)] : [],
    ),
  reporting,
  missingOthers,
]

/** The sources that count for a directive: its own, or those that it falls back to. */
function effective(policy: Policy, name: string): { name: string; sources: readonly Source[] } | undefined {
  for (const one of [name, ...(fallbacks[name] ?? [])]) {
    const sources = sourcesOf(policy, one)
    if (sources !== undefined) return { name: one, sources }
  }
  return undefined
}

/** The directives of a list under the names that the policy has for them, once each. */
function distinct(policy: Policy, names: readonly string[]): readonly { name: string; sources: readonly Source[] }[] {
  const known = new Map(names.flatMap((name) => effective(policy, name) ?? []).map((one) => [one.name, one]))
  return [...known.values()]
}

function eachSource(
  policy: Policy,
  names: readonly string[],
  rule: (name: string, source: string, sources: readonly Source[]) => readonly Found[],
): readonly Found[] {
  return distinct(policy, names).flatMap(({ name, sources }) =>
    sources.flatMap((source) => (typeof source === 'string' ? rule(name, source, sources) : [])),
  )
}

/** Functions may give a nonce: what they are good for is not known here. */
function hasTrust(sources: readonly Source[]): boolean {
  return sources.some((source) => source === nonce || typeof source === 'function' || isNonceOrHash(source))
}

function has(sources: readonly Source[], keyword: string): boolean {
  return sources.some((source) => typeof source === 'string' && source.toLowerCase() === keyword)
}

function missingBaseUri(policy: Policy): readonly Found[] {
  const scripts = effective(policy, 'script-src')?.sources ?? []
  if (!hasTrust(scripts) || sourcesOf(policy, 'base-uri') !== undefined) return []
  return [
    found('csp/missing-base-uri', `an injected <base> can send scripts with a nonce elsewhere: set base-uri 'none'`),
  ]
}

function strictDynamic(policy: Policy): readonly Found[] {
  return distinct(policy, ['script-src', 'script-src-elem'])
    .filter(({ sources }) => has(sources, `'strict-dynamic'`) && !hasTrust(sources))
    .map(({ name }) =>
      found('csp/strict-dynamic-without-nonce', `${name} has no nonce or hash to begin with: no script runs`, name),
    )
}

function unsafeInline(policy: Policy): readonly Found[] {
  const scripts = distinct(policy, ['script-src', 'script-src-elem', 'script-src-attr'])
    .filter(({ sources }) => has(sources, `'unsafe-inline'`) && !hasTrust(sources) && !has(sources, `'strict-dynamic'`))
    .map(({ name }) => inline('csp/unsafe-inline', name, 'scripts'))
  const styles = distinct(policy, ['style-src', 'style-src-elem', 'style-src-attr'])
    .filter(({ sources }) => has(sources, `'unsafe-inline'`) && !hasTrust(sources))
    .map(({ name }) => inline('csp/unsafe-inline-style', name, 'styles'))
  return [...scripts, ...styles]
}

function inline(id: 'csp/unsafe-inline' | 'csp/unsafe-inline-style', name: string, what: string): Found {
  return found(id, `${name} lets injected ${what} run: use nonce or hashes`, name, `'unsafe-inline'`)
}

function unsafeEval(name: string, source: string): readonly Found[] {
  if (source.toLowerCase() !== `'unsafe-eval'`) return []
  return [found('csp/unsafe-eval', `${name} lets scripts make code of text`, name, source)]
}

function unsafeHashes(name: string, source: string): readonly Found[] {
  if (source.toLowerCase() !== `'unsafe-hashes'`) return []
  return [found('csp/unsafe-hashes', `${name} lets event handlers run that have an allowed hash`, name, source)]
}

function wildcard(name: string, source: string, sources: readonly Source[]): readonly Found[] {
  if (!/^(?:[a-z][a-z\d+.-]*:\/\/)?\*(?::(?:\d+|\*))?(?:\/.*)?$/i.test(source) || isIgnored(sources)) return []
  return [found('csp/wildcard', `${name} allows every host`, name, source)]
}

function broadScheme(name: string, source: string, sources: readonly Source[]): readonly Found[] {
  if (!/^(?:https?|data|blob|filesystem):$/i.test(source) || isIgnored(sources)) return []
  if (source.toLowerCase() === 'blob:' && name === 'worker-src') return []
  return [found('csp/broad-scheme', `${name} allows whatever comes by ${source}`, name, source)]
}

function allowedHost(name: string, source: string, sources: readonly Source[]): readonly Found[] {
  if (!/^(?:[a-z][a-z\d+.-]*:\/\/)?[a-z\d*-]+(?:\.[a-z\d-]+)+/i.test(source) || isIgnored(sources)) return []
  if (!scriptDirectives.includes(name) && name !== 'default-src') return []
  return [
    found(
      'csp/allowed-hosts',
      `${name} trusts all that ${source} serves, JSONP and uploads too: use nonce`,
      name,
      source,
    ),
  ]
}

/** 'strict-dynamic' makes browsers ignore hosts and schemes beside it. */
function isIgnored(sources: readonly Source[]): boolean {
  return has(sources, `'strict-dynamic'`) && hasTrust(sources)
}

function staticNonce(name: string, source: Source): readonly Found[] {
  if (typeof source !== 'string' || !/^'nonce-/i.test(source)) return []
  return [found('csp/static-nonce', `${name} has the same nonce on every response: use nonce`, name, source)]
}

function reporting(policy: Policy, reportOnly: boolean): readonly Found[] {
  if (!reportOnly) return []
  const names = policy.map(({ name }) => name)
  const ignored = names.filter((name) => name === 'sandbox' || name === 'upgrade-insecure-requests')
  const findings = ignored.map((name) =>
    found('csp/ignored-in-report-only', `browsers ignore ${name} where a policy is only reported`, name),
  )
  if (names.includes('report-to') || names.includes('report-uri')) return findings
  return [
    ...findings,
    found('csp/report-only-without-report', 'nobody gets the reports: set reportTo, and reportUri for older browsers'),
  ]
}

function missingOthers(policy: Policy, reportOnly: boolean): readonly Found[] {
  if (reportOnly) return []
  const names = new Set(policy.map(({ name }) => name))
  const findings: Found[] = []
  if (!names.has('frame-ancestors'))
    findings.push(found('csp/frame-ancestors-missing', 'any page may frame this one: set frame-ancestors'))
  if (!names.has('form-action'))
    findings.push(
      found('csp/form-action-missing', 'forms may be sent anywhere, whatever default-src says: set form-action'),
    )
  if (!names.has('require-trusted-types-for'))
    findings.push(
      found('csp/trusted-types-missing', `text can become markup: consider require-trusted-types-for 'script'`),
    )
  return findings
}
