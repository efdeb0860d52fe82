/**
 * MessagePack for `@seawall/tiered-cache`, by msgpackr.
 *
 * @module msgpack
 */
import { Packr } from 'msgpackr'
import type { Codec } from './values/codec.ts'

export type { Codec } from './values/codec.ts'

const loneSurrogate = /\p{Surrogate}/u

/**
 * A codec that writes MessagePack: smaller than JSON, and faster for large values and binary data. -0 comes back as
 * 0, and text with half of a surrogate pair is refused, as UTF-8 has none. Needs the package `msgpackr`.
 *
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { msgpack } from '@seawall/tiered-cache/msgpack'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })], codec: msgpack() })
 * await cache.set('bought', new Map([['dune', new Date()]]))
 * ```
 */
export function msgpack(): Codec {
  const packr = new Packr({ useRecords: true, moreTypes: true, useBigIntExtension: true })
  return {
    name: 'msgpack',
    encode: (value) => {
      refuseHalfCharacters(value)
      return packr.pack(value)
    },
    decode: (bytes) => packr.unpack(bytes) as unknown,
  }
}

function refuseHalfCharacters(value: unknown): void {
  if (typeof value === 'string') {
    if (loneSurrogate.test(value))
      throw new TypeError('Cannot write MessagePack for text with half of a surrogate pair')
    return
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
    for (const member of value) refuseHalfCharacters(member)
    return
  }
  for (const member of Object.entries(value)) refuseHalfCharacters(member)
}
