import { parsePlainValue } from './plain-value.ts'
import type { PlainValue } from './tier.ts'

/** A tag and the version it had when the entry's lease was taken. */
export type TagVersion = readonly [tag: string, version: string]

/** An entry as Redis keeps it. */
export interface RedisEntry {
  readonly plain: PlainValue
  readonly tags: readonly TagVersion[]
}

/** The format, then the token of the lease that stored it, which makes the head of every entry unlike all others. */
const head = /^1[0-9a-f-]{36}$/
const headLength = 37

/** Writes an entry: head, tags as JSON, a line feed (which JSON never holds unescaped), the value as JSON. */
export function formatRedisEntry(token: string, tags: readonly TagVersion[], plain: PlainValue): string {
  return `1${token}${JSON.stringify(tags)}\n${plain.json()}`
}

/** Reads an entry, or `undefined` when the text is not one: another program may have written it. */
export function parseRedisEntry(text: string): RedisEntry | undefined {
  const end = text.indexOf('\n')
  if (end < 0 || !head.test(text.slice(0, headLength))) return undefined
  try {
    const tags: unknown = JSON.parse(text.slice(headLength, end))
    return isTagVersions(tags) ? { plain: parsePlainValue(text.slice(end + 1)), tags } : undefined
  } catch {
    return undefined
  }
}

function isTagVersions(tags: unknown): tags is TagVersion[] {
  return Array.isArray(tags) && tags.every((tag) => Array.isArray(tag) && tag.length === 2 && tag.every(isText))
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
