import type { CacheKey } from '../encode-key.ts'

/** Options of one fragment. */
export interface FragmentOptions {
  /**
   * What `cache.invalidateTags` finds it by, at most 4,096. The tags of the fragments within need not be repeated: they
   * count for this one as well.
   */
  readonly tags?: readonly string[]
  /**
   * The version of what is shown, an `updatedAt` for instance. Another one renders anew and takes the old one's place, so
   * that nothing is left behind. Processes should agree about it: while they do not, they render in turn.
   */
  readonly version?: string | number
  /**
   * It is for one user. It is rendered each time and kept in no tier, and neither are the fragments around it; those
   * within it that are not private themselves are.
   *
   * @default false
   */
  readonly isPrivate?: boolean
  /**
   * How long it is fresh, in milliseconds.
   *
   * @default the `ttlMs` of `createFragments`
   */
  readonly ttlMs?: number
}

/** Options of `createFragments`. */
export interface FragmentsOptions {
  /**
   * Stands in every key: a build's id or a hash of the templates, so that new code does not serve what old code has
   * rendered. 1 to 64 letters, digits, dots, underscores or hyphens.
   */
  readonly digest: string
  /**
   * How long a fragment is fresh, in milliseconds, from 1 to 2^31 - 1.
   *
   * @default 86_400_000
   */
  readonly ttlMs?: number
  /**
   * How long one render may take, the fragments within included, in milliseconds. Then those who wait for it get a
   * `CacheLoadTimeoutError`.
   *
   * @default 10_000
   */
  readonly hardDeadlineMs?: number
}

/** A rendered fragment, and what a response says of it. */
export interface Entity<T> {
  /** What `render` has returned. */
  readonly body: T
  /** The tags of the fragment and of all within. */
  readonly tags: readonly string[]
  /**
   * A weak entity tag made from the versions of the tags and the body, kept with the fragment: to answer 304 nothing is
   * rendered. `undefined` for a private one.
   */
  readonly etag: string | undefined
  /** It is for one user: let no shared cache keep it. */
  readonly isPrivate: boolean
  /** The tags for a `Surrogate-Key` field, percent-encoded where they need it, separated by spaces. */
  readonly surrogateKey: string
  /** The tags for a `Cache-Tag` field, likewise, separated by commas. */
  readonly cacheTag: string
}

/** Renders parts of a page or of a JSON text, keeps them, and renders anew only what has changed and what is around it. */
export interface Fragment {
  /**
   * The fragment of this key: kept, or what `render` returns, which is then kept. A string for HTML, `jsonText` or a plain
   * value for JSON. Fragments within are found by themselves; `render` may be called again although nothing has changed.
   *
   * @throws whatever `render` throws; CacheLoadTimeoutError; TypeError or RangeError for bad options.
   */
  <T>(parts: CacheKey, options: FragmentOptions, render: () => T | Promise<T>): Promise<T>
  /** The fragments of a collection, in its order; what is kept is read by one command. */
  all<I, T>(items: Iterable<I>, fragmentOf: (item: I) => Promise<T>): Promise<T[]>
  /** The same as the fragment, with its tags and entity tag, for the response. */
  entity<T>(parts: CacheKey, options: FragmentOptions, render: () => T | Promise<T>): Promise<Entity<T>>
  /**
   * Called while a fragment renders: what it shows depends on something that is not in its key, like the user. It is
   * private from then on, and so are those around it. Elsewhere it does nothing.
   */
  makePrivate(): void
  /**
   * Called where something is rendered that must never be kept.
   *
   * @throws UncacheableError inside a fragment that would be.
   */
  uncacheable(): void
}
