import { createHash } from 'node:crypto'
import type { Vector } from '../tag-versions.ts'
import { JsonText } from './json-text.ts'

/** A fragment as the cache keeps it. */
export interface Envelope {
  /** Tells it from every other value. */
  readonly kind: 'fragment'
  /** What was rendered; of a `JsonText` the text. */
  readonly body: unknown
  /** It is a `JsonText`. */
  readonly isJson: boolean
  /** The version of what it shows, as its options say. */
  readonly version: string
  /** Its tags and those within; the empty one stands for the whole cache. */
  readonly tags: readonly string[]
  /** The versions that they had before it was rendered. */
  readonly versions: readonly string[]
  /** Its entity tag. */
  readonly etag: string
}

/** A fragment at hand: kept, or just rendered. */
export interface Piece {
  readonly body: unknown
  /** The versions of its tags and of those within, from before it was rendered. */
  readonly vector: Vector
  readonly etag: string | undefined
  /** It may be shown to one user only. */
  readonly isPrivate: boolean
  /** It may be kept. */
  readonly isStorable: boolean
}

export function isEnvelope(value: unknown): value is Envelope {
  const { kind, tags, versions } = Object(value) as Partial<Envelope>
  return kind === 'fragment' && Array.isArray(tags) && Array.isArray(versions) && tags.length === versions.length
}

export function toEnvelope({ body, vector, etag = '' }: Piece, version: string): Envelope {
  const isJson = body instanceof JsonText
  const kept = isJson ? body.json : body
  return {
    kind: 'fragment',
    body: kept,
    isJson,
    version,
    tags: [...vector.keys()],
    versions: [...vector.values()],
    etag,
  }
}

export function toPiece({ body, isJson, tags, versions, etag }: Envelope): Piece {
  const vector = new Map(tags.map((tag, index) => [tag, versions[index] ?? '']))
  const shown = isJson ? new JsonText(String(body)) : body
  return { body: shown, vector, etag, isPrivate: false, isStorable: true }
}

/** A weak entity tag: equal for what was rendered alike from the same versions. */
export function entityTag(id: string, vector: Vector, body: unknown): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([id, [...vector].toSorted(([a], [b]) => (a < b ? -1 : 1))]))
  hash.update(typeof body === 'string' ? body : ((JSON.stringify(body, plain) as string | undefined) ?? ''))
  return `W/"${hash.digest('base64url').slice(0, 27)}"`
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map || value instanceof Set) return [...value]
  return value
}
