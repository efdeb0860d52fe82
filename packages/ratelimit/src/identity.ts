import { hash } from 'node:crypto'

/** Longer values are hashed, so that a key has a bounded length whatever a client sends. */
const maxLength = 64

/** Brings a value that a client sent to one spelling. */
export type Normalize = (value: string) => string

/** One spelling for `Admin`, `ａｄｍｉｎ` and `admin `: NFKC, lower case, trimmed. */
export function normalizeSpelling(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim()
}

/**
 * What a value that a client sent is called in a key. `undefined` for nothing and for what is not a single value:
 * `['a', 'b']`, `{}`.
 */
export function toIdentity(value: unknown, normalize: Normalize): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? toBounded(normalize(value)) : undefined
}

/** A value as it is, or its SHA-256 when it is long; `undefined` for an empty one. */
export function toBounded(value: string): string | undefined {
  if (value === '') return undefined
  return value.length <= maxLength ? value : `sha256:${hash('sha256', value, 'base64url')}`
}

/** One value for several, none of which can reach into another: a separator within a part is escaped. */
export function joinParts(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll(/[\\+]/g, String.raw`\$&`)).join('+')
}
