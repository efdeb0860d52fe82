import { createHash } from 'node:crypto'

/**
 * A key: one string, or parts. No two lists of parts collide: `['a:b', 'c']` is not `['a', 'b:c']`. A number stands for
 * its decimal text, so `['book', 42]` is `['book', '42']`, and a string is a list of one part.
 */
export type CacheKey = string | readonly (string | number)[]

/** The longest encoded key, in UTF-16 units; a longer one keeps its head and ends in a hash of the whole. */
const maxLength = 200
const headLength = 150
const reserved = /[%:#{}]/
const loneSurrogate = /\p{Surrogate}/u

/**
 * The text that stands for a key: parts escaped and joined by `:`, at most 200 characters long. It holds no braces, so
 * it can stand between those of a Redis Cluster hash tag.
 *
 * @throws TypeError for a key that is empty, has a part that is neither a string nor a safe integer, or holds half of a
 * surrogate pair (which UTF-8 cannot tell from another).
 */
export function encodeKey(key: CacheKey): string {
  const encoded = typeof key === 'string' ? encodePart(key) : encodeParts(key)
  if (encoded === '') throw badKey('not be empty', key)
  return encoded.length > maxLength ? hashTail(encoded) : encoded
}

function encodeParts(parts: readonly (string | number)[]): string {
  if (!Array.isArray(parts)) throw badKey('be a string or an array of strings and integers', parts)
  return parts.map((part) => encodePart(part)).join(':')
}

function encodePart(part: string | number): string {
  if (typeof part === 'number' && Number.isSafeInteger(part)) return String(part)
  if (typeof part !== 'string') throw badKey('consist of strings and safe integers', part)
  if (loneSurrogate.test(part)) throw badKey('consist of whole characters', part)
  return reserved.test(part) ? part.replaceAll(/[%:#{}]/g, (char) => `%${char.charCodeAt(0).toString(16)}`) : part
}

function hashTail(encoded: string): string {
  const hash = createHash('sha256').update(encoded).digest('base64url')
  return `${encoded.slice(0, headLength).replace(loneSurrogate, '')}#${hash}`
}

function badKey(wanted: string, got: unknown): TypeError {
  return new TypeError(
    `Cannot use a cache key as it must ${wanted}: current value is ${JSON.stringify(got) ?? typeof got}`,
  )
}
