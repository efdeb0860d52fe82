import { anyValue, arrayOf, checkOptions, either, integer, string, type Rules } from '@seawall/options'
import type { Change } from '../coherence.ts'
import { assertWellFormed, encodeKey, type CacheKey } from '../encode-key.ts'
import { PostgresKeys } from './postgres-keys.ts'
import { messagesOf } from './postgres-news.ts'
import type { PostgresQueryable } from './postgres-pool.ts'

/** What a transaction makes invalid. */
export interface Invalidation {
  /** The `namespace` of the cache. */
  readonly namespace: string
  /** The `version` of the cache, where it has one. */
  readonly version?: string | number
  /**
   * The keys whose entries go.
   *
   * @default []
   */
  readonly keys?: readonly CacheKey[]
  /**
   * The tags whose entries go.
   *
   * @default []
   */
  readonly tags?: readonly string[]
}

const rules: Rules<Invalidation> = {
  namespace: string('1 to 64 letters, digits, dots, underscores or hyphens', /^[\w.-]{1,64}$/),
  version: either(string(), integer()),
  keys: arrayOf(anyValue, 'an array of keys'),
  tags: arrayOf(string(), 'an array of strings that are not empty'),
}

/** An invalidation as tiers and coherences know it. */
export interface EncodedInvalidation {
  readonly names: PostgresKeys
  readonly keys: readonly string[]
  readonly tags: readonly string[]
}

/** @throws TypeError or RangeError for bad options or a bad key. */
export function encodeInvalidation(invalidation: Invalidation): EncodedInvalidation {
  checkOptions('invalidate in a transaction', invalidation, rules, ['namespace'])
  const { namespace, version, keys = [], tags = [] } = invalidation
  return {
    names: new PostgresKeys(version === undefined ? namespace : `${namespace}~${version}`),
    keys: keys.map(encode),
    tags: tags.map(encode),
  }
}

/** Tells of an invalidation when the transaction of this client is committed, and never when it is rolled back. */
export async function tellWithin(client: PostgresQueryable, encoded: EncodedInvalidation): Promise<void> {
  const { names, keys, tags } = encoded
  const changes: Change[] = []
  if (keys.length > 0) changes.push({ kind: 'keys', keys })
  if (tags.length > 0) changes.push({ kind: 'tags', tags })
  // From nobody: the process whose transaction it is must hear of it like all others.
  const messages = changes.flatMap((change) => messagesOf('', change))
  if (messages.length === 0) return
  await client.query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [names.channel, messages])
}

function encode(key: CacheKey): string {
  const id = encodeKey(key)
  assertWellFormed(id)
  return id
}
