import { fallbacks, directiveNames, nonce, nonceDirectives } from './csp/directives.ts'
import { inlineHash } from './inline-hash.ts'
import { replacement } from './reports/report-text.ts'
import type { Report } from './reports/report.ts'

/** A change of policy that would have allowed what was reported. */
export interface PolicyChange {
  /** The directive to add to, `img-src`. */
  readonly directive: string
  /** What to add to it, in this order. */
  readonly sources: readonly (string | typeof nonce)[]
  /** The directive that decided, where the policy has none of the name above: its sources have to be repeated there. */
  readonly inheritsFrom?: string
  /** Why the change is dangerous, and what to do instead; `undefined` when it is not. */
  readonly warning?: string
}

const fetchDirective = /-src(?:-elem|-attr)?$/
const runsCode = /^(?:script|worker|object|default)-src/

/**
 * What would have to be added to the policy for a browser to allow what it reported. Says nothing (`undefined`) about
 * reports that are not of a policy, or where no source would help: `frame-ancestors`, `sandbox`, a sink that wants
 * trusted types, browser extensions.
 *
 * A report can be forged, and the change opens the policy: it is for a person to read, never to be applied by itself.
 * Nothing of the result comes from the report unchecked: it holds no `;`, `,`, space or quote of the sender's.
 *
 * @example
 * ```ts
 * import { reportCollector, suggestPolicyChange } from '@seawall/security-headers'
 *
 * reportCollector({ onReport: (report) => console.log(report.body.documentUrl, suggestPolicyChange(report)) })
 * ```
 */
export function suggestPolicyChange(report: Report): PolicyChange | undefined {
  const { effectiveDirective, blockedUrl, policy = '' } = report.body
  if (report.type !== 'csp-violation' || effectiveDirective === undefined || blockedUrl === undefined) return undefined
  if (!(directiveNames as readonly string[]).includes(effectiveDirective)) return undefined
  const directives = parsePolicy(policy)
  const addition = additionFor(report, blockedUrl, effectiveDirective, directives)
  return addition && { ...placeFor(effectiveDirective, directives), ...addition }
}

type Addition = Pick<PolicyChange, 'sources' | 'warning'>
type Directives = ReadonlyMap<string, readonly string[]>

function additionFor(report: Report, blocked: string, directive: string, directives: Directives): Addition | undefined {
  const isFetch = fetchDirective.test(directive)
  if (blocked === 'inline') return inline(report.body.sample, directive)
  if (blocked === 'eval') return { sources: ["'unsafe-eval'"], warning: evalWarning }
  if (blocked === 'wasm-eval') return { sources: ["'wasm-unsafe-eval'"] }
  if (blocked === 'trusted-types-policy') return trustedTypesPolicy(report.body.sample)
  if (!isFetch && directive !== 'form-action' && directive !== 'base-uri') return undefined
  if (/^(?:data|blob|filesystem|mediastream)(?::|$)/.test(blocked)) return scheme(blocked, directive)
  return address(blocked, report.body.documentUrl, directive, sourcesOf(directive, directives))
}

/** Where a source is to be added: to the directive that decided, unless that speaks for others too. */
function placeFor(directive: string, directives: Directives): Pick<PolicyChange, 'directive' | 'inheritsFrom'> {
  if (!fetchDirective.test(directive) || directives.has(directive)) return { directive }
  const decided = (fallbacks[directive] ?? ['default-src']).find((name) => directives.has(name))
  const general = directive.replace(/-(?:elem|attr)$/, '')
  if (decided === undefined) return { directive: general }
  return decided === general ? { directive: general } : { directive: general, inheritsFrom: decided }
}

function sourcesOf(directive: string, directives: Directives): readonly string[] {
  const names = [directive, ...(fallbacks[directive] ?? ['default-src'])]
  return names.map((name) => directives.get(name)).find((sources) => sources !== undefined) ?? []
}

function parsePolicy(policy: string): Directives {
  const directives = new Map<string, readonly string[]>()
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/)
    // browsers heed the first of a name
    if (name !== '' && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

/** Browsers cut a sample to 40 characters: a shorter one is the whole text, whose hash is known then. */
const wholeSample = 40

function inline(sample: string | undefined, directive: string): Addition | undefined {
  if (!/^(?:script|style|default)-src/.test(directive)) return undefined
  const isKnown = sample !== undefined && sample.length < wholeSample && !sample.includes(replacement)
  const hash = isKnown ? inlineHash(sample) : undefined
  if (!directive.endsWith('-attr'))
    return hash === undefined ? { sources: [nonce] } : { sources: [hash], warning: injectedWarning }
  if (hash === undefined) return { sources: ["'unsafe-inline'"], warning: inlineWarning }
  return { sources: ["'unsafe-hashes'", hash], warning: attributeWarning }
}

function trustedTypesPolicy(sample: string | undefined): Addition | undefined {
  const name = sample !== undefined && /^[\w\-#=/@.%]+$/.test(sample) ? sample : undefined
  return name === undefined ? undefined : { sources: [name] }
}

function scheme(blocked: string, directive: string): Addition {
  const sources = [`${blocked.split(':', 1)[0]}:`]
  return runsCode.test(directive) ? { sources, warning: schemeWarning } : { sources }
}

function address(
  blocked: string,
  documentUrl: string | undefined,
  directive: string,
  present: readonly string[],
): Addition | undefined {
  if (!URL.canParse(blocked)) return undefined
  const { href, hostname, origin, protocol, pathname } = new URL(blocked)
  if (!/^(?:https?|wss?):$/.test(protocol) || !plainHost.test(hostname)) return undefined
  const code = runsCode.test(directive)
  if (code && present.includes("'strict-dynamic'"))
    return nonceDirectives.has(directive) ? { sources: [nonce] } : undefined
  if (documentUrl !== undefined && URL.canParse(documentUrl) && new URL(documentUrl).origin === origin)
    return { sources: ["'self'"] }
  // a whole host of scripts is more than one script was blocked for
  const source = code && pathname !== '/' ? encodeDelimiters(href) : origin
  const warning = protocol === 'http:' || protocol === 'ws:' ? plainWarning : code ? hostWarning : undefined
  return warning === undefined ? { sources: [source] } : { sources: [source], warning }
}

/** URLs can have hosts with `;`, `,` and `*`, which policies cannot. */
const plainHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])$/

/** As a path in a policy has to be written (CSP level 3, §2.3.1). */
function encodeDelimiters(href: string): string {
  return href.replace(/;/g, '%3B').replace(/,/g, '%2C').replace(/'/g, '%27')
}

const injectedWarning = 'what somebody has injected is reported as well: only if you know it as your own'
const inlineWarning =
  "'unsafe-inline' lets every injected attribute run: move the code into a script with a nonce (addEventListener), or the style into a class"
const attributeWarning =
  "'unsafe-hashes' lets an injected element use the same attribute: move the code into a script with a nonce, or the style into a class"
const evalWarning =
  "'unsafe-eval' turns injected text into code: look for a build of the library that does without eval"
const schemeWarning = 'whoever can inject markup can write such an address: a nonce on the element is safer'
const plainWarning = 'whoever is on the way can change what comes over plain http: use https'
const hostWarning = 'whatever that host answers runs as your own code: a nonce or an integrity attribute is safer'
