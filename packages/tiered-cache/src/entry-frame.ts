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
  /** The whole frame, if it was read as text. */
  readonly text: string | undefined
  /** Where the payload begins in it. */
  readonly textStart: number
  /** Whether its generation is this one. */
  isOf(generation: string | undefined): boolean
}

/** Changes with the format, so that another version of this package finds nothing rather than something else. */
const mark = '3'
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
export function formatFrameRest(lifetime: Lifetime, bound: Bound, payload: Uint8Array): Buffer {
  const tags = bound.tags.length === 0 ? '[]' : JSON.stringify(bound.tags)
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

const noStamp = '0'.repeat(stampLength)

/** A whole frame, of a new version, for a server that does not tell the time. */
export function formatFrame(lifetime: Lifetime, bound: Bound, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(formatFrameStart(createToken()) + noStamp),
    formatFrameRest(lifetime, bound, payload),
  ])
}

/** A frame that was read. What is rarely asked of it is only made then. */
class ReadFrame implements Frame {
  readonly writtenAt: number
  readonly softMs: number
  readonly hardMs: number
  readonly tags: Bound['tags']
  /** The head, and perhaps more. */
  readonly #head: string
  readonly #body: Buffer | string
  /** Where the payload begins in the body. */
  readonly textStart: number

  constructor(head: string, tags: Bound['tags'], body: Buffer | string, start: number) {
    this.writtenAt = digits(head, frameOffsets.writtenAt, frameOffsets.softMs)
    this.softMs = digits(head, frameOffsets.softMs, frameOffsets.hardMs)
    this.hardMs = digits(head, frameOffsets.hardMs, frameOffsets.generation)
    this.tags = tags
    this.#head = head
    this.#body = body
    this.textStart = start
  }

  get version(): string {
    return this.#head.slice(frameOffsets.version, frameOffsets.writtenAt)
  }

  get generation(): string {
    return this.#head.slice(frameOffsets.generation, tagsOffset)
  }

  get payload(): Buffer {
    const body = this.#body
    return typeof body === 'string' ? Buffer.from(body.slice(this.textStart)) : body.subarray(this.textStart)
  }

  get text(): string | undefined {
    return typeof this.#body === 'string' ? this.#body : undefined
  }

  isOf(generation: string | undefined): boolean {
    return generation?.length === tokenLength && this.#head.startsWith(generation, frameOffsets.generation)
  }
}

/** Reads a frame, or `undefined` when the bytes or the text are none: another program may have written them. */
export function parseFrame(body: Buffer | string): Frame | undefined {
  if (typeof body === 'string') return parse(body, endOf(body), body)
  if (body[0] !== mark.charCodeAt(0)) return undefined
  const end = body.indexOf(lineFeed, tagsOffset)
  return end < 0 ? undefined : parse(body.toString('utf8', 0, end), end, body)
}

/** The same of the head, which ends where a line feed stands in the body. */
function parse(head: string, end: number, body: Buffer | string): Frame | undefined {
  if (end < 0 || !head.startsWith(mark)) return undefined
  const tags = parseTags(head, typeof body === 'string' ? end : head.length)
  if (tags === undefined) return undefined
  const frame = new ReadFrame(head, tags, body, end + 1)
  return frame.writtenAt < 0 || frame.softMs < 0 || frame.hardMs < 0 ? undefined : frame
}

/** Where the head of a frame ends. Most have no tags: `[]`, then the line feed. */
function endOf(text: string): number {
  return text.charCodeAt(tagsOffset + 2) === lineFeed ? tagsOffset + 2 : text.indexOf('\n', tagsOffset)
}

/** The number that these characters spell, at least eight of them, or something below 0. */
function digits(text: string, from: number, to: number): number {
  const middle = to - 7
  const high = fewDigits(text, from, middle)
  const low = fewDigits(text, middle, to)
  return high < 0 || low < 0 ? -1 : high * 1e7 + low
}

/** The same of so few that V8 need not leave small integers, which is several times as fast. */
function fewDigits(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    value = (value * 10 + digit) | 0
  }
  return value
}

const noTags: Bound['tags'] = []

function parseTags(head: string, end: number): Bound['tags'] | undefined {
  if (end === tagsOffset + 2 && head.startsWith('[]', tagsOffset)) return noTags
  try {
    const tags: unknown = JSON.parse(head.slice(tagsOffset, end))
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
