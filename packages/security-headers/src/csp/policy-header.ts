import { nonce } from './directives.ts'
import { isSourceList } from './keywords.ts'
import { isNonceOrHash, type Directive, type Policy, type Source } from './policy.ts'
import { nodePairOf } from './node-pair.ts'
import { toRequestSources } from './sources.ts'

/** The header of enforced policies. */
export const enforcedHeader = 'content-security-policy'
/** The header of policies that are only reported. */
export const reportedHeader = 'content-security-policy-report-only'

/** The policies of one header, compiled: what is left to a request is to put its nonce in. */
export interface PolicyHeader {
  /** The header, in lower case. */
  readonly name: typeof enforcedHeader | typeof reportedHeader
  /** What it was compiled from. */
  readonly policies: readonly Policy[]
  /** The value for a response whose nonce nobody read; without what functions would add. */
  readonly plain: string
  /** The text between the nonces; a single piece when no policy holds one. */
  readonly pieces: readonly string[]
  /** What to do for a request where directives hold functions. */
  readonly template: readonly (Text | Directive)[] | undefined
  /** Of a header that was made for a request, the one that it was made of. */
  readonly origin: PolicyHeader | undefined
}

/** A stretch of a header without and with its nonces. */
interface Text {
  readonly plain: string
  readonly full: string
}

/** Stands where a nonce goes; checked text cannot hold it. */
const slot = '\0'

/** Compiles policies; `undefined` when there is nothing to send. */
export function compileHeader(name: PolicyHeader['name'], policies: readonly Policy[]): PolicyHeader | undefined {
  const sent = policies.filter((policy) => policy.length > 0)
  if (sent.length === 0) return undefined
  const parts = sent.flatMap((policy, at) => partsOf(policy, at > 0))
  if (parts.every(isText))
    return { name, policies: sent, ...compileText(join(parts)), template: undefined, origin: undefined }
  const { plain, pieces } = compileHeader(name, sent.map(withoutFunctions)) ?? nothing
  return { name, policies: sent, plain, pieces, template: merge(parts), origin: undefined }
}

const nothing = { plain: '', pieces: [''] }

/** The directives with what stands between them: `;` in a policy, `, ` between two (RFC 9110 §5.6.1). */
function partsOf(policy: Policy, isFurther: boolean): (Text | Directive)[] {
  return policy.flatMap((directive, index) => {
    const before = index > 0 ? ';' : isFurther ? ', ' : ''
    const part = hasFunction(directive) ? directive : textOf(directive)
    return before === '' ? [part] : [{ plain: before, full: before }, part]
  })
}

function compileText({ plain, full }: Text): Pick<PolicyHeader, 'plain' | 'pieces'> {
  return { plain, pieces: full.split(slot) }
}

/** Whether responses under these policies can carry a nonce. */
export function hasNonce(header: PolicyHeader | undefined): boolean {
  return header !== undefined && header.pieces.length > 1
}

/** The value for a response whose nonce was read. */
export function withNonce({ pieces }: PolicyHeader, value: string): string {
  const source = `'nonce-${value}'`
  let text = pieces[0] ?? ''
  for (let index = 1; index < pieces.length; index++) text += source + pieces[index]
  return text
}

/**
 * The header for a request: where directives hold functions, they are asked.
 *
 * @throws What a function throws; TypeError or RangeError for a result that is no source.
 */
export function headerFor(header: PolicyHeader, exchange: Parameters<typeof nodePairOf>[0]): PolicyHeader {
  const { template, name, policies } = header
  if (template === undefined) return header
  const [request, response] = nodePairOf(exchange)
  const texts = template.map((part) => {
    if (isText(part)) return part
    const asked = part.sources.flatMap((source): Source | readonly Source[] =>
      typeof source === 'function' ? toRequestSources(part.name, source(request, response)) : source,
    )
    return textOf({ name: part.name, sources: asked })
  })
  return { name, policies, ...compileText(join(texts)), template: undefined, origin: header }
}

function isText(part: Text | Directive): part is Text {
  return 'plain' in part
}

/** Whether a directive has to be asked on each request. */
function hasFunction({ sources }: Directive): boolean {
  return sources.some((source) => typeof source === 'function')
}

/** Should a function fail, the error's page goes out under the stricter policy. */
function withoutFunctions(policy: Policy): Policy {
  return policy.flatMap((directive): readonly Directive[] => {
    if (!hasFunction(directive)) return [directive]
    const { name, sources } = directive
    const kept = sources.filter((source) => typeof source !== 'function')
    if (kept.length === 0 && !isSourceList(name)) return []
    return [{ name, sources: kept.length === 0 ? [`'none'`] : kept }]
  })
}

function textOf({ name, sources }: Directive): Text {
  const full = [name, ...sources.map((source) => (source === nonce ? slot : source))].join(' ')
  if (!sources.includes(nonce)) return { plain: full, full }
  const kept = withoutNonce(name, sources)
  return { plain: `${name} ${kept.length > 0 ? kept.join(' ') : `'none'`}`, full }
}

/**
 * A nonce makes browsers ignore 'unsafe-inline' beside it (CSP level 3, §6.7.3.2). Without the nonce it would come into
 * force, and a page that uses no nonce would allow every inline script: so it leaves with the nonce. Where 'strict-dynamic'
 * is left with nothing to begin with, no script can run, and the directive says so.
 */
function withoutNonce(name: string, sources: readonly Source[]): readonly Source[] {
  const kept = sources.filter((source) => source !== nonce && !isKeyword(source, `'unsafe-inline'`))
  const isScript = name === 'script-src' || name === 'script-src-elem'
  const runsNothing =
    isScript && kept.some((source) => isKeyword(source, `'strict-dynamic'`)) && !kept.some(isNonceOrHash)
  return runsNothing ? [] : kept
}

function isKeyword(source: Source, keyword: string): boolean {
  return typeof source === 'string' && source.toLowerCase() === keyword
}

function join(texts: readonly Text[]): Text {
  return { plain: texts.map((text) => text.plain).join(''), full: texts.map((text) => text.full).join('') }
}

/** Texts that stand side by side become one, so that a request joins as few as can be. */
function merge(parts: readonly (Text | Directive)[]): readonly (Text | Directive)[] {
  const merged: (Text | Directive)[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (last !== undefined && isText(last) && isText(part)) merged[merged.length - 1] = join([last, part])
    else merged.push(part)
  }
  return merged
}
