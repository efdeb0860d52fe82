import { createHash } from 'node:crypto'

/**
 * A key: one string, or parts. No two lists of parts collide: `['a,b', 'c']` is not `['a', 'b,c']`, and neither is the
 * string `'a,b,c'`. A number stands for its decimal text, so `['book', 42]` is `['book', '42']`, and a string is a list of
 * one part.
 */
export type CacheKey = string | readonly (string | number)[]

/**
 * The longest key that is kept whole, in UTF-16 units. A longer one keeps its head and ends in a hash of all of it; what
 * that makes is longer than any key kept whole, so no key can be made to look like another's hash.
 */
const maxLength = 190
const headLength = 150
const bracket = 91
const backslash = 92
const loneSurrogate = /\p{Surrogate}/u

/**
 * The text that stands for a key, at most 194 characters long. A string stands for itself, so that a hit costs nothing:
 * only one that begins like a list (`[`) or an escape (`\`) gets a `\` before it.
 *
 * @throws TypeError for a key that is empty or has a part that is neither a string nor a safe integer.
 */
export function encodeKey(key: CacheKey): string {
  if (typeof key !== 'string') return encodeParts(key)
  const first = key.charCodeAt(0)
  if (key.length <= maxLength && first !== bracket && first !== backslash && key !== '') return key
  return encodeOddString(key)
}

/**
 * Refuses a key or tag that UTF-8 cannot tell from another, as it holds half of a surrogate pair. Not asked on a hit: what
 * memory holds has passed here.
 *
 * @throws TypeError for such a key.
 */
export function assertWellFormed(id: string): void {
  if (loneSurrogate.test(id)) throw badKey('consist of whole characters', id)
}

function encodeOddString(key: string): string {
  if (key === '') throw badKey('not be empty', key)
  return fit(key.startsWith('[') || key.startsWith('\\') ? `\\${key}` : key)
}

function encodeParts(parts: readonly (string | number)[]): string {
  if (!Array.isArray(parts) || parts.length === 0)
    throw badKey('be a string or a list of strings and integers that is not empty', parts)
  const [only] = parts
  if (parts.length === 1 && typeof only === 'string') return encodeKey(only)
  if (parts.length === 1 && Number.isSafeInteger(only)) return String(only)
  let text = '['
  for (let index = 0; index < parts.length; index++) {
    if (index > 0) text += ','
    text += encodePart(parts[index])
  }
  return fit(text)
}

function encodePart(part: unknown): string {
  if (typeof part === 'number' && Number.isSafeInteger(part)) return String(part)
  if (typeof part !== 'string') throw badKey('consist of strings and safe integers', part)
  if (!part.includes(',') && !part.includes('\\')) return part
  return part.replaceAll('\\', '\\\\').replaceAll(',', '\\,')
}

function fit(text: string): string {
  if (text.length <= maxLength) return text
  assertWellFormed(text)
  const hash = createHash('sha256').update(text).digest('base64url')
  return `${text.slice(0, headLength).replace(loneSurrogate, '')}#${hash}`
}

function badKey(wanted: string, got: unknown): TypeError {
  return new TypeError(
    `Cannot use a cache key as it must ${wanted}: current value is ${JSON.stringify(got) ?? typeof got}`,
  )
}
