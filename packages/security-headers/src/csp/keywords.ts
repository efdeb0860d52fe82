import { nearest } from '@seawall/options'

/** A keyword source, with its quotes. */
export type CspKeyword = `'${(typeof sourceKeywords)[number]}'`

/** A permission that `sandbox` gives back. */
export type CspSandboxToken = (typeof sandboxTokens)[number]

const sourceKeywords = [
  'self',
  'none',
  'unsafe-inline',
  'unsafe-eval',
  'unsafe-hashes',
  'strict-dynamic',
  'report-sample',
  'wasm-unsafe-eval',
  'inline-speculation-rules',
  'trusted-types-eval',
  'unsafe-webtransport-hashes',
  'report-sha256',
  'report-sha384',
  'report-sha512',
] as const

const sandboxTokens = [
  'allow-downloads',
  'allow-forms',
  'allow-modals',
  'allow-orientation-lock',
  'allow-pointer-lock',
  'allow-popups',
  'allow-popups-to-escape-sandbox',
  'allow-presentation',
  'allow-same-origin',
  'allow-scripts',
  'allow-storage-access-by-user-activation',
  'allow-top-navigation',
  'allow-top-navigation-by-user-activation',
  'allow-top-navigation-to-custom-protocols',
] as const

/** What words a directive knows, and whether they stand in quotes. */
interface Vocabulary {
  readonly words: readonly string[]
  readonly isQuoted: boolean
}

/** Directives whose values are URLs, groups or types of somebody's own: no word of them is a keyword. */
const withoutWords: ReadonlySet<string> = new Set(['report-to', 'report-uri', 'plugin-types'])

const vocabularies: Readonly<Record<string, Vocabulary>> = {
  sandbox: { words: sandboxTokens, isQuoted: false },
  'require-sri-for': { words: ['script', 'style'], isQuoted: false },
  'require-trusted-types-for': { words: ['script'], isQuoted: true },
  'trusted-types': { words: ['none', 'allow-duplicates'], isQuoted: true },
  webrtc: { words: ['allow', 'block'], isQuoted: true },
}

const sources: Vocabulary = { words: sourceKeywords, isQuoted: true }

/** The words of a directive, by its name with dashes; `undefined` where it has none. */
export function vocabularyOf(directive: string): Vocabulary | undefined {
  if (withoutWords.has(directive)) return undefined
  return Object.hasOwn(vocabularies, directive) ? vocabularies[directive] : sources
}

/** Whether a directive holds a list of sources, as all of CSP's own directives do. */
export function isSourceList(directive: string): boolean {
  return vocabularyOf(directive) === sources
}

const nonceOrHash = /^(?:nonce-[\w+/-]+={0,2}|sha(?:256|384|512)-[\w+/-]+={0,2})$/i

/** A word as browsers want it: a keyword, nonce or hash that was given bare comes back in quotes. */
export function quoteKeyword(directive: string, word: string): string {
  const vocabulary = vocabularyOf(directive)
  if (vocabulary === undefined || !vocabulary.isQuoted) return word
  const isKeyword = vocabulary.words.includes(word.toLowerCase())
  return isKeyword || (vocabulary === sources && nonceOrHash.test(word)) ? `'${word}'` : word
}

/**
 * The keyword that was meant by a word that is none, or `undefined`. Of bare words in a list of sources only those with a
 * dash are looked at: `shelf` may well be a host.
 */
export function keywordMeant(directive: string, word: string): string | undefined {
  const vocabulary = vocabularyOf(directive)
  if (vocabulary === undefined) return undefined
  const { words, isQuoted } = vocabulary
  const bare = word.replace(/^["'`]|["'`]$/g, '').toLowerCase()
  const looksQuoted = bare.length < word.length
  if (words.includes(bare)) return isQuoted === (word === `'${word.slice(1, -1)}'`) ? undefined : shown(bare, isQuoted)
  if (vocabulary === sources && !looksQuoted && !/^[a-z]+-[a-z-]+$/.test(bare)) return undefined
  if (nonceOrHash.test(bare)) return undefined
  const near = nearest(bare, words)
  return near === undefined ? undefined : shown(near, isQuoted)
}

function shown(word: string, isQuoted: boolean): string {
  return isQuoted ? `'${word}'` : word
}
