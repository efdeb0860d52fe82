import { hash } from 'node:crypto'

/** Longer values are hashed, so that a key has a bounded length whatever a client sends. */
const maxLength = 64

/**
 * One spelling for a value that a client sent, so that `Admin`, `ａｄｍｉｎ` and `admin ` are one: NFKC, lower case, trimmed.
 * `undefined` for nothing and for what is not a single value: `['a', 'b']`, `{}`.
 */
export function toIdentity(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return undefined
  return toBounded(value.normalize('NFKC').toLowerCase().trim())
}

/** A value as it is, or its SHA-256 when it is long; `undefined` for an empty one. */
export function toBounded(value: string): string | undefined {
  if (value === '') return undefined
  return value.length <= maxLength ? value : `sha256:${hash('sha256', value, 'base64url')}`
}
