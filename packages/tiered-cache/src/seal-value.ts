import { CacheValueError } from './errors.ts'
import type { CacheSettings } from './options.ts'
import { checkValue } from './values/check-value.ts'
import { sealPayload, type PayloadHead } from './values/payload.ts'

/** A value made ready for the tiers. */
export interface Sealed {
  readonly isMutable: boolean
  readonly bytes: number
  /** The encoded value; `undefined` when there is no shared tier, or when it is refused. */
  readonly payload: Uint8Array | undefined
  /** Why it cannot be stored: it is too large, or its codec failed. */
  readonly refusal: Error | undefined
}

/**
 * Checks, freezes and encodes a value: at once, unless it is to be compressed.
 *
 * @throws TypeError for a value that would not come back the same.
 */
export function sealValue(
  id: string,
  value: unknown,
  head: PayloadHead,
  { payload: rules, shared }: CacheSettings,
): Sealed | Promise<Sealed> {
  const { isPlain, isMutable, bytes } = checkValue(value, id, rules.freezes)
  const traits = { isMutable: rules.freezes && isMutable, bytes, payload: undefined, refusal: undefined }
  const refuse = (error: unknown): Sealed => ({ ...traits, refusal: toError(id, error) })
  const tooLong = () => refuse(new CacheValueError(id, rules.maxBytes))
  if (shared.length === 0) return bytes > rules.maxBytes ? tooLong() : traits
  const accept = (payload: Uint8Array): Sealed => ({ ...traits, bytes: payload.byteLength, payload })
  try {
    const payload = sealPayload(value, isPlain, head, rules)
    if (payload instanceof Promise) return payload.then(accept, refuse)
    return payload === undefined ? tooLong() : accept(payload)
  } catch (refusal) {
    return refuse(refusal)
  }
}

function toError(id: string, error: unknown): Error {
  return error instanceof Error ? error : new TypeError(`Cannot cache '${id}' as its codec failed: ${String(error)}`)
}
