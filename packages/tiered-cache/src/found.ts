import type { Known } from './held-value.ts'
import type { CacheSettings } from './options.ts'
import type { NewEntry, StoredEntry } from './tier.ts'
import { openPayload, openText, type Opened } from './values/payload.ts'

/** A value on its way up: from a tier or from the loader, to the tiers above and to the caller. */
export interface Found extends Known {
  /** The encoded value; `undefined` when no shared tier is to have it. */
  readonly payload: Uint8Array | undefined
  /** Until this moment it was certainly not deleted: memory's bound counts from here. */
  readonly goodAt: number
  /** Whether the tiers above may keep it. */
  readonly isStorable: boolean
  /** A shared tier has stored it. */
  readonly isStored: boolean
  /** Why a value that the loader brought is not stored where it should be. */
  readonly trouble: unknown
  /** The loader brought it. */
  readonly isLoaded: boolean
}

/**
 * The value of an entry that a shared tier has handed out, or `undefined` when the entry is not one that this cache
 * writes: garbage is a miss. Of a compressed one it is a promise.
 */
export function openEntry(
  entry: StoredEntry,
  { payload: rules }: CacheSettings,
): Opened | undefined | Promise<Opened | undefined> {
  try {
    const { text } = entry
    const opened = text === undefined ? openPayload(entry.payload, rules) : openText(text, entry.textStart ?? 0, rules)
    return opened instanceof Promise ? opened.catch(() => undefined) : opened
  } catch {
    return undefined
  }
}

/** What a tier is given to keep a found value at a given moment. */
export function toEntry({ softAt, hardAt, tags }: Found, payload: Uint8Array, now: number): NewEntry {
  return { payload, softMs: Math.max(0, Math.floor(softAt - now)), hardMs: Math.max(1, Math.floor(hardAt - now)), tags }
}

/** All that is known of an opened entry, which was asked for at a given moment. */
export function toFound(entry: StoredEntry, opened: Opened, askedAt: number): Found {
  return {
    value: opened.value,
    isMutable: opened.isMutable,
    softAt: askedAt + entry.softMs,
    hardAt: askedAt + entry.hardMs,
    tags: entry.tags,
    etag: opened.etag,
    loadMs: opened.loadMs,
    bytes: entry.text === undefined ? entry.payload.byteLength : entry.text.length - (entry.textStart ?? 0),
    get payload() {
      return entry.payload
    },
    goodAt: askedAt,
    isStorable: true,
    isStored: false,
    trouble: undefined,
    isLoaded: false,
  }
}
