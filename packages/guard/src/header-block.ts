import type { HeaderValue } from './guard.ts'

/** Names that Node must see: by them it frames the message, or leaves out what it would add itself. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-disposition',
  'content-length',
  'date',
  'expect',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A header as lines of HTTP/1, or `undefined` when Node must see it. Name and value were checked before. */
export function toLines(name: string, value: HeaderValue): string | undefined {
  if (framing.has(name)) return undefined
  if (typeof value === 'string') return `${name}: ${value}\r\n`
  return value.map((line) => `${name}: ${line}\r\n`).join('')
}

/** Headers `[name, value, …]` as lines of HTTP/1, or `undefined` when Node must see one of them. */
export function toBlock(flat: readonly HeaderValue[]): string | undefined {
  let block = ''
  for (let index = 0; index < flat.length; index += 2) {
    const lines = toLines(flat[index] as string, flat[index + 1] as HeaderValue)
    if (lines === undefined) return undefined
    block += lines
  }
  return block
}
