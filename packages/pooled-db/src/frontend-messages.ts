import { Buffer } from 'node:buffer'
import pg from 'pg'

/** A parameter as it is sent: a Buffer in binary format, a string in text format. */
export type WireValue = string | Buffer | null

/** PostgreSQL counts a statement's parameters with 16 bits. */
const maxParameters = 65_535

const { utils } = pg as unknown as {
  readonly utils: { prepareValue(this: void, value: unknown): WireValue | undefined }
}

/**
 * Turns parameters into what is sent, by pg's own rules.
 *
 * @throws RangeError for more than PostgreSQL can count, and whatever a value's own `toPostgres` throws.
 */
export function toWire(values: readonly unknown[]): WireValue[] {
  if (values.length > maxParameters)
    throw new RangeError(
      `Cannot run a statement as it must have at most ${maxParameters} parameters: current value is ${values.length}`,
    )
  return values.map((value) => utils.prepareValue(value) ?? null)
}

/** What is sent for a statement of the extended protocol. */
export interface ExtendedQuery {
  /** The statement's name on the server, or `''`. */
  readonly name: string
  /** Its text, where the server has to parse it. */
  readonly text: string | undefined
  readonly values: readonly WireValue[]
  /** Prepared statements that the server shall drop first. */
  readonly drop: readonly string[]
}

/**
 * The messages of one statement in one piece: Close, Parse and Describe where the server does not know it, then Bind,
 * Execute, Sync (PostgreSQL protocol, "Extended Query" and "Message Formats").
 */
export function extendedQuery({ name, text, values, drop }: ExtendedQuery): Buffer {
  if (text === undefined) return boundQuery(name, values)
  const nameBytes = Buffer.byteLength(name)
  const textBytes = Buffer.byteLength(text)
  let size = 9 + nameBytes + textBytes + bindBytes(nameBytes, values) + describe.length + executeAndSync.length
  for (const dropped of drop) size += 7 + Buffer.byteLength(dropped)
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (const dropped of drop) at = writeClose(out, at, dropped)
  at = writeParse(out, at, name, text, 8 + nameBytes + textBytes)
  at = writeBind(out, at, name, values)
  at += describe.copy(out, at)
  executeAndSync.copy(out, at)
  return out
}

function boundQuery(name: string, values: readonly WireValue[]): Buffer {
  const out = Buffer.allocUnsafe(bindBytes(Buffer.byteLength(name), values) + executeAndSync.length)
  executeAndSync.copy(out, writeBind(out, 0, name, values))
  return out
}

/** Describe the unnamed portal. */
const describe = Buffer.from([0x44, 0, 0, 0, 6, 0x50, 0])
/** Execute the unnamed portal, all rows; Sync. */
const executeAndSync = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])

function writeClose(out: Buffer, start: number, name: string): number {
  out[start] = 0x43
  out[start + 5] = 0x53
  const end = start + 6 + out.write(name, start + 6)
  out[end] = 0
  out.writeInt32BE(end - start, start + 1)
  return end + 1
}

function writeParse(out: Buffer, start: number, name: string, text: string, length: number): number {
  out[start] = 0x50
  out.writeInt32BE(length, start + 1)
  let at = start + 5
  at += out.write(name, at)
  out[at++] = 0
  at += out.write(text, at)
  out[at++] = 0
  return out.writeInt16BE(0, at)
}

function bindBytes(nameBytes: number, values: readonly WireValue[]): number {
  // Type, length, portal, name; counts of formats, of values, of result formats; four bytes a value and two a format.
  let size = 13 + nameBytes + values.length * 4
  let hasBinary = false
  for (const value of values) {
    if (value === null) continue
    hasBinary ||= typeof value !== 'string'
    size += typeof value === 'string' ? Buffer.byteLength(value) : value.length
  }
  return hasBinary ? size + values.length * 2 : size
}

function writeBind(out: Buffer, start: number, name: string, values: readonly WireValue[]): number {
  out[start] = 0x42
  out[start + 5] = 0
  let at = start + 6
  at += out.write(name, at)
  out[at++] = 0
  at = writeFormats(out, at, values)
  at = out.writeUInt16BE(values.length, at)
  for (const value of values) at = writeValue(out, at, value)
  at = out.writeInt16BE(0, at)
  out.writeInt32BE(at - start - 1, start + 1)
  return at
}

/** No format at all stands for text everywhere. */
function writeFormats(out: Buffer, start: number, values: readonly WireValue[]): number {
  if (!values.some((value) => value !== null && typeof value !== 'string')) return out.writeUInt16BE(0, start)
  let at = out.writeUInt16BE(values.length, start)
  for (const value of values) at = out.writeInt16BE(value !== null && typeof value !== 'string' ? 1 : 0, at)
  return at
}

function writeValue(out: Buffer, at: number, value: WireValue): number {
  if (value === null) return out.writeInt32BE(-1, at)
  const length = typeof value === 'string' ? out.write(value, at + 4) : value.copy(out, at + 4)
  out.writeInt32BE(length, at)
  return at + 4 + length
}
