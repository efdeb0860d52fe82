import { arrayOf, checkOptions, instanceOrShape, milliseconds, string, type Rules } from '@seawall/options'
import { assertWellFormed, encodeKey } from './encode-key.ts'
import { freshnessRules, withFreshness, type FreshnessOptions } from './freshness-options.ts'
import type { Freshness } from './freshness.ts'
import type { LoadedOptions } from './load-context.ts'

const maxTags = 4_096

/** Options of one entry, for `set`, `add` and the like. */
export interface EntryOptions extends FreshnessOptions {
  /** What `invalidateTags` finds it by, at most 4,096. Give the same tags wherever the same key is loaded. */
  readonly tags?: readonly string[]
  /** The longest that memory serves the entry without asking below, in milliseconds. */
  readonly memoryTtlMs?: number
}

/** Options of one read through the cache. Of callers who share a load, those of the first count, but for `signal`. */
export interface ReadOptions extends EntryOptions {
  /**
   * Ends this caller's waiting: its promise rejects with the signal's reason. The load goes on, for others and for later.
   */
  readonly signal?: AbortSignal
}

/** What one call wants, checked. */
export interface Terms extends Freshness {
  /** The tags, encoded. */
  readonly tags: readonly string[]
  readonly memoryTtlMs: number
}

export const entryRules: Rules<EntryOptions> = {
  ...freshnessRules,
  tags: {
    ...arrayOf(string(), `an array of at most 4,096 strings that are not empty`),
    isInRange: (value) => (value as string[]).length <= maxTags && !(value as string[]).includes(''),
  },
  memoryTtlMs: milliseconds({ min: 1 }),
}

const readRules: Rules<ReadOptions> = {
  ...entryRules,
  signal: instanceOrShape('an AbortSignal', 'addEventListener', 'throwIfAborted'),
}

export function checkEntryOptions(action: string, options: EntryOptions, defaults: Freshness): Terms {
  checkOptions(action, options, entryRules)
  return toTerms(options, defaults)
}

export function checkReadOptions(action: string, options: ReadOptions, defaults: Freshness): Terms {
  checkOptions(action, options, readRules)
  return toTerms(options, defaults)
}

const loadedRules: Rules<LoadedOptions> = {
  ttlMs: entryRules.ttlMs,
  staleMs: entryRules.staleMs,
  staleIfErrorMs: entryRules.staleIfErrorMs,
  tags: entryRules.tags,
  etag: string('text of 1 to 256 characters', /^.{1,256}$/s),
}

/** Checks what a loader says of its value. */
export function checkLoadedOptions(options: LoadedOptions): void {
  checkOptions('take what a loader says', options, loadedRules)
}

/** The tags of a call and those that its loader has added, encoded. */
export function mergeTags(encoded: readonly string[], added: readonly string[]): readonly string[] {
  return Array.from(new Set([...encoded, ...encodeTags(added)]))
}

/** Tags as tiers know them. */
export function checkTags(action: string, tags: readonly string[]): string[] {
  checkOptions<EntryOptions>(action, { tags }, entryRules, ['tags'])
  return encodeTags(tags)
}

function toTerms(options: ReadOptions, defaults: Freshness): Terms {
  const { tags = noTags, memoryTtlMs = Infinity } = options
  return { ...withFreshness(options, defaults), tags: encodeTags(tags), memoryTtlMs }
}

const noTags: readonly string[] = []

function encodeTags(tags: readonly string[]): string[] {
  return Array.from(new Set(tags), (tag) => {
    assertWellFormed(tag)
    return encodeKey(tag)
  })
}
