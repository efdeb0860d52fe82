import type { Known } from './held-value.ts'

/** What a loader may say of the value that it brings. */
export interface LoadedOptions {
  /** How long it is fresh, in milliseconds. */
  readonly ttlMs?: number
  /** For how long after that it is served at once while it is being refreshed, in milliseconds. */
  readonly staleMs?: number
  /** For how long after that it is served when a load fails or is slow, in milliseconds. */
  readonly staleIfErrorMs?: number
  /** Tags besides those of the call. */
  readonly tags?: readonly string[]
  /** What `ctx.stale.etag` is at the next load. */
  readonly etag?: string
}

/** A value that is known and about to be replaced. */
export interface StaleValue {
  /** The value. Do not change it. */
  readonly value: unknown
  /** What the loader said of it. */
  readonly etag: string | undefined
  /** For how long it has been stale, in milliseconds; below 0 when the load comes early. */
  readonly staleForMs: number
}

/** What a loader is called with. */
export interface LoadContext {
  /** Aborted when the load takes longer than `hardDeadlineMs`. No caller's own signal aborts it: others may wait too. */
  readonly signal: AbortSignal
  /** The value that will be replaced, where there is one: ask the source whether it is still good. */
  readonly stale: StaleValue | undefined
  /**
   * Says more of the value that will be returned. A later call adds to an earlier one.
   *
   * @throws TypeError or RangeError for bad options.
   */
  readonly set: (options: LoadedOptions) => void
  /**
   * To be returned by a loader whose source says that `stale` is still good: it is kept for another time to live.
   *
   * @throws TypeError when there is no stale value.
   */
  readonly notModified: () => never
  /** Keeps the value that will be returned from being stored. */
  readonly skip: () => void
}

/** Brings the value of a key from its source. */
export type Loader<T> = (context: LoadContext) => T | Promise<T>

/**
 * Brings the values of several keys in one go, in their order: `undefined` for none, an Error for a failure of that key
 * alone.
 */
export type BulkLoader<K, T> = (missing: readonly K[]) => readonly (T | Error)[] | Promise<readonly (T | Error)[]>

/** What `notModified` returns in truth. */
const unchanged = Symbol('not modified')

/** One run of a loader: what it is told, and what it has said. */
export class Loading implements LoadContext {
  readonly signal: AbortSignal
  readonly stale: StaleValue | undefined
  /** What the loader has said. */
  said: LoadedOptions = {}
  /** The loader wants the value not to be stored. */
  isSkipped = false
  readonly #check: (options: LoadedOptions) => void

  constructor(signal: AbortSignal, known: Known | undefined, now: number, check: (options: LoadedOptions) => void) {
    this.signal = signal
    this.stale = known && { value: known.value, etag: known.etag, staleForMs: now - known.softAt }
    this.#check = check
  }

  // Loaders take these out of the context, so they know it by themselves.
  readonly set = (options: LoadedOptions): void => {
    this.#check(options)
    const tags = [...(this.said.tags ?? []), ...(options.tags ?? [])]
    this.said = { ...this.said, ...definedOf(options), tags }
  }

  readonly notModified = (): never => {
    if (this.stale === undefined) throw new TypeError('Cannot keep a value as not modified as there is no stale value')
    return unchanged as never
  }

  readonly skip = (): void => {
    this.isSkipped = true
  }

  /** The value that stands behind what a loader has returned. */
  resolve(returned: unknown): unknown {
    if (returned !== unchanged || this.stale === undefined) return returned
    if (this.stale.etag !== undefined) this.said = { etag: this.stale.etag, ...this.said }
    return this.stale.value
  }
}

function definedOf(options: LoadedOptions): LoadedOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
