import type { Bound } from './bond.ts'
import type { Lifetime } from './tier.ts'
import { createToken, tokenLength } from './token.ts'

/** An entry as bytes: a head in text, a line feed, the payload. */
export interface Frame extends Bound, Lifetime {
  /** Tells the entry from every other. */
  readonly version: string
  /** When it was written by the server's clock, in milliseconds; 0 where the server does not tell. */
  readonly writtenAt: number
  /** The payload. */
  readonly payload: Buffer
  /** Whether its generation is this one. */
  isOf(generation: string | undefined): boolean
}

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

/** The part of a frame before the time of writing. */
export function formatFrameStart(version: string): string {
  return mark + version
}

/** The part of a frame behind the time of writing. */
export function formatFrameRest({ softMs, hardMs }: Lifetime, bound: Bound, payload: Uint8Array): Buffer {
  const tags = bound.tags.length === 0 ? '[]' : JSON.stringify(bound.tags)
  const head = Buffer.from(`${formatSpan(softMs)}${formatSpan(hardMs)}${bound.generation}${tags}\n`)
  return Buffer.concat([head, payload])
}

/** A number of milliseconds as it stands in a head. */
export function formatSpan(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(spanLength, '0')
}

const noStamp = '0'.repeat(stampLength)

/** A whole frame, of a new version, for a server that does not tell the time. */
export function formatFrame(lifetime: Lifetime, bound: Bound, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(formatFrameStart(createToken()) + noStamp),
    formatFrameRest(lifetime, bound, payload),
  ])
}

/** A frame that was read. What is text of it is only made when it is asked for. */
class ReadFrame implements Frame {
  readonly writtenAt: number
  readonly softMs: number
  readonly hardMs: number
  readonly tags: Bound['tags']
  readonly payload: Buffer
  readonly #bytes: Buffer

  constructor(bytes: Buffer, tags: Bound['tags'], payloadOffset: number) {
    this.writtenAt = digits(bytes, frameOffsets.writtenAt, frameOffsets.softMs)
    this.softMs = digits(bytes, frameOffsets.softMs, frameOffsets.hardMs)
    this.hardMs = digits(bytes, frameOffsets.hardMs, frameOffsets.generation)
    this.tags = tags
    this.payload = bytes.subarray(payloadOffset)
    this.#bytes = bytes
  }

  get version(): string {
    return versionOfBytes(this.#bytes)
  }

  get generation(): string {
    return this.#bytes.toString('latin1', frameOffsets.generation, tagsOffset)
  }

  isOf(generation: string | undefined): boolean {
    if (generation?.length !== tokenLength) return false
    for (let index = 0; index < tokenLength; index++)
      if (this.#bytes[frameOffsets.generation + index] !== generation.charCodeAt(index)) return false
    return true
  }
}

/** Reads a frame, or `undefined` when the bytes are none: another program may have written them. */
export function parseFrame(bytes: Buffer): Frame | undefined {
  if (bytes[0] !== markByte) return undefined
  // Most have no tags: `[]`, two bytes before the end of the head.
  const end = bytes[tagsOffset + 2] === lineFeed ? tagsOffset + 2 : bytes.indexOf(lineFeed, tagsOffset)
  const tags = end < 0 ? undefined : parseTags(bytes, end)
  if (tags === undefined) return undefined
  const frame = new ReadFrame(bytes, tags, end + 1)
  return Number.isNaN(frame.writtenAt + frame.softMs + frame.hardMs) ? undefined : frame
}

/** The number that these bytes spell, or `NaN`. */
function digits(bytes: Buffer, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) {
    const digit = (bytes[index] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  return value
}

const noTags: Bound['tags'] = []

function parseTags(bytes: Buffer, end: number): Bound['tags'] | undefined {
  if (end === tagsOffset + 2 && bytes[tagsOffset] === 0x5b && bytes[tagsOffset + 1] === 0x5d) return noTags
  try {
    const tags: unknown = JSON.parse(bytes.toString('utf8', tagsOffset, end))
    return isTags(tags) ? tags : undefined
  } catch {
    return undefined
  }
}

function isTags(tags: unknown): tags is [string, string][] {
  return (
    Array.isArray(tags) &&
    tags.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'))
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
