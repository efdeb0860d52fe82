import { directiveNames } from './directives.ts'
import { found, type Found } from './finding.ts'
import { isSourceList, keywordMeant, vocabularyOf, quoteKeyword } from './keywords.ts'
import { isSameSource, type Directive } from './policy.ts'

/** What one rule says of one source, which is text, of a directive. */
type SourceRule = (directive: Directive, source: string) => Found | undefined

/** Findings about the sources of a directive, one by one and beside each other. */
export function lintSources(directive: Directive): readonly Found[] {
  const texts = directive.sources.filter((source) => typeof source === 'string')
  return [
    ...lintList(directive, texts),
    ...texts.flatMap((source) => sourceRules.flatMap((rule) => rule(directive, source) ?? [])),
  ]
}

function lintList(directive: Directive, texts: readonly string[]): readonly Found[] {
  const { name, sources } = directive
  const findings: Found[] = []
  if (vocabularyOf(name)?.isQuoted && sources.length > 1 && texts.some((text) => text.toLowerCase() === `'none'`))
    findings.push(
      found(
        'csp/none-with-others',
        `${name} holds 'none' beside other sources, which browsers ignore then`,
        name,
        `'none'`,
      ),
    )
  if (valueless.has(name) && sources.length > 0)
    findings.push(found('csp/unexpected-value', `${name} takes no value`, name))
  const twice = texts.find((text, index) => texts.findIndex((other) => isSameSource(text, other)) < index)
  if (twice !== undefined) findings.push(found('csp/duplicate-source', `${name} holds ${twice} twice`, name, twice))
  return findings
}

const valueless: ReadonlySet<string> = new Set(['upgrade-insecure-requests', 'block-all-mixed-content'])

const scheme = /^[a-z][a-z\d+.-]*:$/i
const host = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:\*|(?:\*\.)?[a-z\d-]+(?:\.[a-z\d-]+)*\.?)(?::(?:\d+|\*))?(?:\/[^?#]*)?$/i
const ip = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?:[:/]|$)/i
const hash = /^'(sha256|sha384|sha512)-([\w+/-]+)={0,2}'$/i
const hashLengths: Readonly<Record<string, number>> = { sha256: 43, sha384: 64, sha512: 86 }
const nonceSource = /^'nonce-([\w+/-]+={0,2})'$/i
const plainHttp = /^(?:http|ws):/i
const thisMachine = /^(?:http|ws):\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/i

/** Keywords that mean something where scripts are allowed, and nothing elsewhere. */
const scriptKeywords: ReadonlySet<string> = new Set([
  `'strict-dynamic'`,
  `'unsafe-eval'`,
  `'wasm-unsafe-eval'`,
  `'trusted-types-eval'`,
  `'inline-speculation-rules'`,
])

const sourceRules: readonly SourceRule[] = [
  ({ name }, source) =>
    (directiveNames as readonly string[]).includes(source.toLowerCase().replace(/:$/, '')) && isSourceList(name)
      ? found(
          'csp/missing-semicolon',
          `${name} holds the name of a directive: is a ; missing before ${source}?`,
          name,
          source,
        )
      : undefined,
  ({ name }, source) =>
    quoteKeyword(name, source) === source
      ? undefined
      : found(
          'csp/unquoted-keyword',
          `${name} holds ${source} without quotes, which is a host: write '${source}'`,
          name,
          source,
        ),
  ({ name }, source) => {
    const meant = keywordMeant(name, quoteKeyword(name, source))
    if (meant === undefined) return undefined
    return found(
      'csp/misspelt-keyword',
      `${name} holds ${source}, which browsers do not know: write ${meant}`,
      name,
      source,
    )
  },
  unknownWord,
  ({ name }, source) => {
    const [, algorithm = '', digest = ''] = hash.exec(source) ?? []
    if (algorithm === '' || digest.length === hashLengths[algorithm.toLowerCase()]) return undefined
    return found('csp/invalid-hash', `${name} holds a hash of a length that ${algorithm} never has`, name, source)
  },
  ({ name }, source) => {
    const value = nonceSource.exec(source)?.[1]
    if (value === undefined || value.length >= 22) return undefined
    return found('csp/nonce-too-short', `${name} holds a nonce of less than 128 bits`, name, source)
  },
  ({ name }, source) =>
    isSourceList(name) && plainHttp.test(source) && !scheme.test(source) && !thisMachine.test(source)
      ? found('csp/plain-http', `${name} allows ${source}, which anyone on the way can change`, name, source)
      : undefined,
  ({ name }, source) =>
    isSourceList(name) && ip.test(source) && !/127\.0\.0\.1/.test(source)
      ? found('csp/ip-source', `${name} holds an address: browsers heed 127.0.0.1 alone`, name, source)
      : undefined,
  ({ name }, source) =>
    scriptKeywords.has(source.toLowerCase()) && !/^(?:script|default|worker)-src/.test(name)
      ? found(
          'csp/keyword-without-effect',
          `${name} holds ${source}, which means something for scripts only`,
          name,
          source,
        )
      : undefined,
]

/** What is neither a word that the directive knows nor looks like a source. */
function unknownWord({ name }: Directive, source: string): Found | undefined {
  const vocabulary = vocabularyOf(name)
  if (vocabulary === undefined || valueless.has(name)) return undefined
  const bare = vocabulary.isQuoted ? source.replace(/^'(.*)'$/, '$1') : source
  if (vocabulary.words.includes(bare.toLowerCase())) return undefined
  if (keywordMeant(name, quoteKeyword(name, source)) !== undefined) return undefined
  if (hash.test(source) || nonceSource.test(source)) return undefined
  if (name === 'trusted-types' && /^(?:\*|[\w#=/@.%-]+)$/.test(source)) return undefined
  if (/['"`]/.test(source) || !isSourceList(name))
    return found('csp/unknown-keyword', `${name} holds ${source}, which browsers do not know`, name, source)
  if (scheme.test(source) || host.test(source) || ip.test(source)) return undefined
  return found('csp/invalid-source', `${name} holds ${source}, which is no scheme, host or keyword`, name, source)
}
