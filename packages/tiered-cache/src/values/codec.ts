/**
 * Turns values into bytes and back, for the shared tiers. It is given only values that the cache has checked: `null`,
 * booleans, numbers, strings, BigInt, arrays without holes, objects made by `{}`, `undefined` members, Date, Map, Set,
 * Buffer, ArrayBuffer, DataView and typed arrays. What comes out must equal what went in, type by type.
 */
export interface Codec {
  /** Stands in every entry: an entry that another codec wrote is a miss. 1 to 32 lower-case letters, digits and hyphens. */
  readonly name: string
  /**
   * The bytes, or text that is kept as UTF-8.
   *
   * @param isPlain - The value consists of what JSON knows: nothing in it needs a type to be told.
   * @throws whatever it likes for a value that it cannot keep; the value is then not cached.
   */
  encode(value: unknown, isPlain: boolean): string | Uint8Array
  /**
   * The value again.
   *
   * @throws whatever it likes for bytes that it did not write; they count as a miss. Must not run anything they say.
   */
  decode(bytes: Uint8Array): unknown
  /** The same of text, for a codec that always writes text: bytes that stand in the middle of others need no view then. */
  decodeText?(text: string): unknown
}
