import type { Codec } from './codec.ts'
import { fromTagged, toTagged } from './extended-json.ts'

// White space to JSON: what follows need not be cut off to be parsed.
const plainMark = ' '
const extendedMark = 'x'
const plainCode = 0x20
const extendedCode = 0x78

/**
 * The codec that a cache uses unless told otherwise: JSON, and for a value that JSON would lose something of, JSON that
 * carries types: Date, Map, Set, BigInt, binary data, `undefined` members, NaN, infinities and -0.
 */
export function json(): Codec {
  return {
    name: 'json',
    encode: (value, isPlain) =>
      isPlain ? plainMark + JSON.stringify(value) : extendedMark + JSON.stringify(toTagged(value)),
    decode: (bytes) => decodeText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
    decodeText,
  }
}

function decodeText(text: string): unknown {
  const isExtended = text.charCodeAt(0) === extendedCode
  const tree: unknown = JSON.parse(isExtended ? text.slice(1) : text)
  // The name has underscores, or is written with escapes. To look for one character is cheap, for more of them it is not.
  if (text.indexOf('_') >= 0 || text.indexOf('\\') >= 0) refuseNamedPrototypes(text, tree)
  if (isExtended) return fromTagged(tree)
  if (text.charCodeAt(0) === plainCode) return tree
  throw new TypeError('Cannot decode a value that another codec wrote')
}

function refuseNamedPrototypes(text: string, tree: unknown): void {
  if (text.includes('__proto__') || text.includes('\\u00')) refusePrototypes(tree)
}

function refusePrototypes(tree: unknown): void {
  if (typeof tree !== 'object' || tree === null) return
  if (Object.hasOwn(tree, '__proto__')) throw new TypeError("Cannot decode a value with a member '__proto__'")
  for (const member of Object.values(tree)) refusePrototypes(member)
}
