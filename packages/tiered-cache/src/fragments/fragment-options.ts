import { boolean, checkOptions, either, integer, milliseconds, string, type Rules } from '@seawall/options'
import { encodeKey, assertWellFormed, type CacheKey } from '../encode-key.ts'
import { entryRules } from '../entry-options.ts'
import type { FragmentOptions, FragmentsOptions } from './fragment.ts'

const action = 'render a fragment'

const fragmentsRules: Rules<FragmentsOptions> = {
  digest: string('1 to 64 letters, digits, dots, underscores or hyphens', /^[\w.-]{1,64}$/),
  ttlMs: milliseconds({ min: 1 }),
  hardDeadlineMs: milliseconds({ min: 1 }),
}

const fragmentRules: Rules<FragmentOptions> = {
  tags: entryRules.tags,
  version: either(string(), integer()),
  isPrivate: boolean,
  ttlMs: fragmentsRules.ttlMs,
}

/** What `createFragments` was told, checked. */
export type FragmentsSettings = Required<FragmentsOptions>

/** A fragment that is wanted. */
export interface Request {
  /** The key in the cache. */
  readonly key: CacheKey
  /** The same, encoded. */
  readonly id: string
  readonly tags: readonly string[]
  readonly version: string
  readonly isPrivate: boolean
  readonly ttlMs: number
  readonly render: () => unknown
}

export function checkFragmentsOptions(options: FragmentsOptions): FragmentsSettings {
  checkOptions('create fragments', options, fragmentsRules, ['digest'])
  const { digest, ttlMs = 86_400_000, hardDeadlineMs = 10_000 } = options
  return { digest, ttlMs, hardDeadlineMs }
}

export function toRequest(
  parts: CacheKey,
  options: FragmentOptions,
  render: () => unknown,
  settings: FragmentsSettings,
): Request {
  checkOptions(action, options, fragmentRules)
  const { tags = [], version = '', isPrivate = false, ttlMs = settings.ttlMs } = options
  for (const tag of tags) assertWellFormed(tag)
  const key = ['seawall-fragment', settings.digest, encodeKey(parts)]
  return { key, id: encodeKey(key), tags: [...new Set(tags)], version: String(version), isPrivate, ttlMs, render }
}
