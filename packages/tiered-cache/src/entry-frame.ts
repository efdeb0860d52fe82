import type { Bound } from './bond.ts'
import type { Lifetime, StoredEntry } from './tier.ts'
import { createToken, tokenLength } from './token.ts'

/*
 * An entry as bytes, a frame: a head in text, a line feed, the payload.
 */

/** Changes with the format, so that another version of this package finds nothing rather than something else. */
const mark = '3'
const markByte = mark.charCodeAt(0)
const stampLength = 14
const spanLength = 13
/** Where things stand in a head; scripts rewrite them in place. */
export const frameOffsets = {
  version: 1,
  writtenAt: 1 + tokenLength,
  softMs: 1 + tokenLength + stampLength,
  hardMs: 1 + tokenLength + stampLength + spanLength,
  generation: 1 + tokenLength + stampLength + 2 * spanLength,
} as const
const tagsOffset = frameOffsets.generation + tokenLength
const lineFeed = 0x0a
const zero = 0x30

/** The part of a frame before the time of writing. */
export function formatFrameStart(version: string): string {
  return mark + version
}

/** The part of a frame behind the time of writing. */
export function formatFrameRest(lifetime: Lifetime, bound: Bound, payload: Uint8Array): Buffer {
  const tags = bound.pairs.length === 0 ? '[]' : JSON.stringify(bound.pairs)
  return Buffer.concat([Buffer.from(`${formatSpans(lifetime)}${bound.generation}${tags}\n`), payload])
}

/** The part behind the generation, of an entry without tags. */
export function formatUntaggedEnd(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('[]\n'), payload])
}

/** The part between the time of writing and the generation. */
export function formatSpans({ softMs, hardMs }: Lifetime): string {
  return formatSpan(softMs) + formatSpan(hardMs)
}

/** A number of milliseconds as it stands in a head. */
function formatSpan(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(spanLength, '0')
}

/** A whole frame, of a new version, for a server that does not tell the time. */
export function formatFrame(lifetime: Lifetime, bound: Bound, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(formatFrameStart(createToken()) + '0'.repeat(stampLength)),
    formatFrameRest(lifetime, bound, payload),
  ])
}

/** A frame that was read, which is also the entry that it keeps. What is rarely asked of it is only made then. */
export class Frame implements Bound, StoredEntry {
  readonly pairs: Bound['pairs']
  /** The whole frame, if it was read as text. */
  readonly text: string | undefined
  /** Where the payload begins, in it or in the bytes. */
  readonly textStart: number
  /** For how long it is fresh, in milliseconds: since it was written, or from now once its age was told. */
  softMs: number
  #age = 0
  /** The head, and perhaps more. */
  readonly #head: string
  readonly #bytes: Buffer | undefined

  constructor(head: string, pairs: Bound['pairs'], body: Buffer | string, start: number) {
    const isText = typeof body === 'string'
    this.pairs = pairs
    this.text = isText ? body : undefined
    this.textStart = start
    this.softMs = numberIn(head, frameOffsets.softMs, frameOffsets.hardMs)
    this.#head = head
    this.#bytes = isText ? undefined : body
  }

  /** For how long it may be served, in milliseconds: no less than it is fresh, and no more where no number stands. */
  get hardMs(): number {
    const hardMs = numberIn(this.#head, frameOffsets.hardMs, frameOffsets.generation) - this.#age
    return hardMs > this.softMs ? hardMs : this.softMs
  }

  get tags(): readonly string[] {
    return this.pairs.map(([tag]) => tag)
  }

  get version(): string {
    return this.#head.slice(frameOffsets.version, frameOffsets.writtenAt)
  }

  get generation(): string {
    return this.#head.slice(frameOffsets.generation, tagsOffset)
  }

  get payload(): Buffer {
    return this.#bytes?.subarray(this.textStart) ?? Buffer.from(this.text?.slice(this.textStart) ?? '')
  }

  isOf(generation: string | undefined): boolean {
    return generation?.length === tokenLength && this.#head.startsWith(generation, frameOffsets.generation)
  }

  /**
   * Takes off its times what has passed since it was written, by the clock of the server in milliseconds, and says whether
   * something is left. It is never given more than at first: the server may be another than the one that wrote it.
   */
  age(now: number): boolean {
    const age = Math.max(0, Math.ceil(now - numberIn(this.#head, frameOffsets.writtenAt, frameOffsets.softMs)))
    this.#age = age
    this.softMs -= age
    return this.softMs > 0 || this.hardMs > 0
  }
}

/** Reads a frame, or `undefined` when the bytes or the text are none: another program may have written them. */
export function parseFrame(body: Buffer | string): Frame | undefined {
  if (typeof body === 'string') return parse(body, endOf(body), body)
  if (body[0] !== markByte) return undefined
  const end = body.indexOf(lineFeed, tagsOffset)
  return parse(body.toString('utf8', 0, end), end, body)
}

/** The same of the head, which ends where a line feed stands in the body. */
function parse(head: string, end: number, body: Buffer | string): Frame | undefined {
  if (end < 0 || head.charCodeAt(0) !== markByte) return undefined
  const pairs = parsePairs(head, typeof body === 'string' ? end : head.length)
  if (pairs === undefined) return undefined
  const frame = new Frame(head, pairs, body, end + 1)
  return frame.softMs >= 0 ? frame : undefined
}

/** Where the head of a frame ends. Most have no tags: `[]`, then the line feed. */
function endOf(text: string): number {
  return text.charCodeAt(tagsOffset + 2) === lineFeed ? tagsOffset + 2 : text.indexOf('\n', tagsOffset)
}

/** The number that these characters spell, or NaN. In two parts, as V8 is fastest with small integers. */
function numberIn(head: string, from: number, to: number): number {
  const middle = to - 7
  return partIn(head, from, middle) * 1e7 + partIn(head, middle, to)
}

function partIn(head: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) {
    const digit = head.charCodeAt(index) - zero
    if (!(digit >= 0 && digit <= 9)) return NaN
    value = (value * 10 + digit) | 0
  }
  return value
}

const noPairs: Bound['pairs'] = []

function parsePairs(head: string, end: number): Bound['pairs'] | undefined {
  if (end === tagsOffset + 2 && head.startsWith('[]', tagsOffset)) return noPairs
  try {
    const pairs: unknown = JSON.parse(head.slice(tagsOffset, end))
    return isPairs(pairs) ? pairs : undefined
  } catch {
    return undefined
  }
}

function isPairs(pairs: unknown): pairs is [string, string][] {
  return (
    Array.isArray(pairs) &&
    pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'))
  )
}

/** What is read of any bytes that may be a frame: the version, or their start in place of it. */
export function versionOfBytes(bytes: Buffer): string {
  return bytes.toString('latin1', frameOffsets.version, frameOffsets.writtenAt)
}

/** The bytes of such a version. */
export function bytesOfVersion(version: string): Buffer {
  return Buffer.from(version, 'latin1')
}
