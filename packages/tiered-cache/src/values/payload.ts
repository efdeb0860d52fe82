import type { Codec } from './codec.ts'
import { compress, decompress, hasZstd, type Compression } from './compression.ts'
import { freezeValue } from './freeze-value.ts'

/** What an entry says besides its value. */
export interface PayloadHead {
  /** How long the loader took, in milliseconds. */
  readonly loadMs: number
  /** What the loader gave for a conditional load. */
  readonly etag: string | undefined
}

/** How values become payloads. */
export interface PayloadRules {
  /** Writes and reads the value. */
  readonly codec: Codec
  /** Values of more bytes than this are compressed. */
  readonly compressOver: number
  /** The longest body, before it is compressed and after it is decompressed. */
  readonly maxBytes: number
  /** Whether what is read is frozen in depth. */
  readonly freezes: boolean
}

/** A value, frozen where the cache freezes, and what its entry said of it. */
export interface Opened extends PayloadHead {
  readonly value: unknown
  /** Something in it should be frozen and cannot be. */
  readonly isMutable: boolean
}

/** One letter for each way that a body can be kept. */
const wayOf = { v: undefined, z: 'zstd', b: 'brotli' } as const
const lineFeed = 10
const space = 0x20
const zero = 0x30
const plainByte = 0x76
const maxIntegerLength = 17
const integer = /^-?\d{1,16}$/
const headText = /^([vzb])([a-z\d-]+) (\d+)(?: (".*"))?$/

/**
 * The bytes of an encoded value, or `undefined` when they are more than allowed. A safe integer without an etag is kept
 * as its decimal text, so that tiers can count with it; anything else has a line that says what it is before it.
 */
export function sealPayload(
  value: unknown,
  isPlain: boolean,
  { loadMs, etag }: PayloadHead,
  rules: PayloadRules,
): Uint8Array | Promise<Uint8Array> | undefined {
  if (Number.isSafeInteger(value) && isPlain && etag === undefined) return Buffer.from(String(value), 'latin1')
  const body = rules.codec.encode(value, isPlain)
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  if (size > rules.maxBytes) return undefined
  const about = `${rules.codec.name} ${Math.round(loadMs)}${etag === undefined ? '' : ` ${JSON.stringify(etag)}`}\n`
  if (size > rules.compressOver) return sealCompressed(about, typeof body === 'string' ? Buffer.from(body) : body)
  if (typeof body === 'string') return Buffer.from(`v${about}${body}`)
  return Buffer.concat([Buffer.from(`v${about}`), body])
}

async function sealCompressed(about: string, body: Uint8Array): Promise<Uint8Array> {
  const by = hasZstd ? 'zstd' : 'brotli'
  const smaller = await compress(body, by)
  const isSmaller = smaller.byteLength < body.byteLength
  const way = isSmaller ? (by === 'zstd' ? 'z' : 'b') : 'v'
  return Buffer.concat([Buffer.from(way + about), isSmaller ? smaller : body])
}

/**
 * The value of a payload.
 *
 * @throws whatever its codec throws, or TypeError, for bytes that this cache did not write. A promise of it rejects.
 */
export function openPayload(payload: Uint8Array, rules: PayloadRules): Opened | Promise<Opened> {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const plain =
    rules.codec.decodeText && bytes[0] === plainByte ? openPlain(bytes.toString('utf8'), 0, rules) : undefined
  if (plain !== undefined) return plain
  if (bytes.length <= maxIntegerLength) {
    const text = bytes.toString('latin1')
    if (integer.test(text)) return open(Number(text), 0, undefined, rules)
  }
  const end = bytes.indexOf(lineFeed)
  const head = parseHead(end < 0 ? '' : bytes.toString('utf8', 0, end), rules)
  const body = bytes.subarray(end + 1)
  const by = wayOf[head.way]
  if (by === undefined) return open(rules.codec.decode(body), head.loadMs, head.etag, rules)
  return openCompressed(body, by, rules, head)
}

/** The same of a payload that was read as text, and begins at a place of it. */
export function openText(text: string, start: number, rules: PayloadRules): Opened | Promise<Opened> {
  return openPlain(text, start, rules) ?? openPayload(Buffer.from(text.slice(start)), rules)
}

/** The value of most payloads: text of this codec, neither compressed nor with an etag. */
function openPlain(text: string, start: number, rules: PayloadRules): Opened | undefined {
  const { codec } = rules
  const { name } = codec
  if (codec.decodeText === undefined || text.charCodeAt(start) !== plainByte) return undefined
  if (!text.startsWith(name, start + 1)) return undefined
  let at = start + name.length + 1
  if (text.charCodeAt(at++) !== space) return undefined
  let loadMs = 0
  for (let code = text.charCodeAt(at); code !== lineFeed; code = text.charCodeAt(++at)) {
    const digit = code - zero
    if (!(digit >= 0 && digit <= 9)) return undefined
    loadMs = loadMs * 10 + digit
  }
  return open(codec.decodeText(text.slice(at + 1)), loadMs, undefined, rules)
}

function parseHead(text: string, { codec }: PayloadRules): PayloadHead & { readonly way: keyof typeof wayOf } {
  const [, way, name, loadMs, etag] = headText.exec(text) ?? []
  if (name !== codec.name) throw new TypeError('Cannot read an entry of another codec')
  return {
    way: way as keyof typeof wayOf,
    loadMs: Number(loadMs),
    etag: etag === undefined ? undefined : String(JSON.parse(etag)),
  }
}

async function openCompressed(
  body: Uint8Array,
  by: Compression,
  rules: PayloadRules,
  { loadMs, etag }: PayloadHead,
): Promise<Opened> {
  return open(rules.codec.decode(await decompress(body, by, rules.maxBytes)), loadMs, etag, rules)
}

function open(value: unknown, loadMs: number, etag: string | undefined, { freezes }: PayloadRules): Opened {
  return { value, loadMs, etag, isMutable: freezes && freezeValue(value) }
}
