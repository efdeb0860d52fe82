import { nearest } from '@seawall/options'
import { dangerouslyDisableDefaultSrc, directiveNames, nonce, nonceDirectives, type CspFunction } from './directives.ts'
import { keywordMeant, quoteKeyword } from './keywords.ts'
import type { Source } from './policy.ts'

/** Visible ASCII and spaces without `;`, which would begin a directive, and `,`, which would begin a policy. */
const safeText = /^[\x20-\x2b\x2d-\x3a\x3c-\x7e]*$/

const camelNames = directiveNames.map((name) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()))

/** A directive as its caller named it, and as headers do. */
export interface NamedDirective {
  /** What is being set, for errors: `contentSecurityPolicy`. */
  readonly option: string
  /** As written, `scriptSrc`. */
  readonly name: string
  /** As sent, `script-src`. */
  readonly dashed: string
}

/** What a directive's value comes to: its sources, or that it is to go. */
export type CheckedValue = readonly Source[] | null | typeof dangerouslyDisableDefaultSrc

/**
 * The directive that a name means.
 *
 * @throws TypeError for a name that is none.
 */
export function toDirectiveName(option: string, name: string): NamedDirective {
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if ((directiveNames as readonly string[]).includes(dashed)) return { option, name, dashed }
  const known = name.includes('-') ? directiveNames : camelNames
  const near = nearest(name, known)
  const advice = near === undefined ? `known directives are ${known.join(', ')}` : `did you mean '${near}'?`
  throw new TypeError(`Cannot set ${option} as '${name}' is not a directive: ${advice}`)
}

/**
 * Checks a directive's value, and quotes its keywords.
 *
 * @throws TypeError for anything that is not text, a function or the nonce.
 * @throws RangeError for text that could begin another directive or header, and for a misspelt keyword.
 */
export function toSources(directive: NamedDirective, value: unknown): CheckedValue {
  if (value === null || value === dangerouslyDisableDefaultSrc) return value as CheckedValue
  if (typeof value === 'string') return toWords(directive, value)
  if (typeof value !== 'object' || !(Symbol.iterator in value))
    throw refusal(TypeError, directive, 'a string, a list of strings, functions and nonce, or null', value)
  return Array.from(value as Iterable<unknown>).flatMap((source) => toSource(directive, source))
}

function toSource(directive: NamedDirective, source: unknown): readonly Source[] {
  if (typeof source === 'function') return [source as CspFunction]
  if (source === nonce) return [toNonce(directive)]
  if (typeof source !== 'string') throw refusal(TypeError, directive, 'made of strings, functions and nonce', source)
  return toWords(directive, source)
}

function toNonce({ option, name, dashed }: NamedDirective): typeof nonce {
  if (nonceDirectives.has(dashed)) return nonce
  const known = [...nonceDirectives].join(', ')
  throw new TypeError(`Cannot set ${option} as '${name}' cannot hold nonce: browsers heed it in ${known}`)
}

function toWords(directive: NamedDirective, text: string): readonly string[] {
  return splitWords(directive, text).map((word) => {
    const quoted = quoteKeyword(directive.dashed, word)
    const meant = keywordMeant(directive.dashed, quoted)
    if (meant === undefined) return quoted
    throw new RangeError(
      `Cannot set ${directive.option} as '${directive.name}' holds ${JSON.stringify(word)}, which browsers do not know: did you mean ${meant}?`,
    )
  })
}

function splitWords(directive: NamedDirective, text: string): readonly string[] {
  if (!safeText.test(text)) throw refusal(RangeError, directive, `visible ASCII without ';' and ','`, text)
  return text.split(' ').filter((word) => word !== '')
}

/**
 * What a function of a directive gave for a request.
 *
 * @throws TypeError when it is no text.
 * @throws RangeError when it could begin another directive or header.
 */
export function toRequestSources(dashed: string, given: unknown): readonly string[] {
  const directive = { option: 'contentSecurityPolicy', name: dashed, dashed }
  if (typeof given !== 'string') throw refusal(TypeError, directive, 'a string wherever a function makes it', given)
  return splitWords(directive, given).map((word) => quoteKeyword(dashed, word))
}

function refusal(
  Type: new (message: string) => Error,
  { option, name }: NamedDirective,
  must: string,
  value: unknown,
): Error {
  return new Type(`Cannot set ${option} as '${name}' must be ${must}: current value is ${show(value)}`)
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}
