import type { Terms } from './entry-options.ts'
import type { Found, openEntry } from './found.ts'
import type { Known } from './held-value.ts'
import type { Loader } from './load-context.ts'
import type { StoredEntry } from './tier.ts'

/** Says whether a decoded value may be used: the schema of a typed handle does. */
export type Accepts = (value: unknown) => boolean | Promise<boolean>

/** What a search does with its flight. */
export interface SharedFlight {
  /** The tags of what it will bring, once they are known. */
  tags: readonly string[] | undefined
  /** Gives those who wait an answer before the search ends. */
  answer(value: unknown): void
}

/** The search for one key's value, shared by those who join it, and what is known so far. */
export interface Quest {
  readonly id: string
  readonly terms: Terms
  readonly load: Loader<unknown>
  readonly accepts: Accepts | undefined
  /** What others may join, and ends when the search does. */
  readonly flight: SharedFlight
  /** Loads whatever the tiers have. */
  readonly isForced: boolean
  /** Nobody waits for it: neither does it for a lease that another holds, and only a newer value will do. */
  isRefresh: boolean
  /** The best value known that will not do. */
  known: Known | undefined
  /** Gives those who wait a value that is due for a refresh; the search goes on as a refresh. */
  answer(due: Found): void
}

/** What the nearest shared tier has brought already: an entry and what came of opening it, or a failure. */
export type FirstLook = Look | { readonly error: unknown }

/** An entry, and its value as far as it is known. */
export interface Look {
  readonly entry: StoredEntry | undefined
  /** When it was asked for. */
  readonly askedAt: number
  readonly opened: ReturnType<typeof openEntry>
  /** Its value was found to be due for a refresh. */
  readonly isDue: boolean
}
