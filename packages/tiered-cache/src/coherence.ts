/*
 * What memory holds may be trusted only while the process would hear of a change by another. A coherence tells the cache
 * of such changes, and whether it can hear at all: from `down` on memory is flushed and passed over, until `up` says
 * that from now on nothing will be missed.
 */

/** A change that makes what other processes hold in memory wrong. */
export type Change =
  | {
      /** Keys were written, deleted or made stale. */
      readonly kind: 'keys'
      /** The keys, without the namespace. */
      readonly keys: readonly string[]
    }
  | {
      /** Tags were invalidated. */
      readonly kind: 'tags'
      /** The tags, without the namespace. */
      readonly tags: readonly string[]
    }
  | {
      /** The whole namespace was cleared. */
      readonly kind: 'all'
    }

/** What a coherence tells the cache. None of these throws. */
export interface CoherenceListener {
  /** Another process has changed something, or perhaps this one. */
  changed(change: Change): void
  /** From now on no change will be missed. Memory starts empty. Told again while up: as `down` and then `up`. */
  up(): void
  /** Changes may be missed. */
  down(reason: unknown): void
}

/** What a coherence is opened for. */
export interface CoherenceContext {
  /** The namespace whose changes are to be told: letters, digits, `.`, `_`, `-` and `~`, at most 80 of them. */
  readonly namespace: string
  /** Who is to be told. Nothing is told before `open` has returned. */
  readonly listener: CoherenceListener
}

/** A coherence at work. */
export interface CoherenceLink {
  /**
   * Tells the other processes of a change that has been made. Resolves when the news is on its way for certain. It need
   * not come back to this process. Left out where a server tells by itself.
   */
  publish?(change: Change): Promise<void>
  /** Stops listening and closes what was opened. */
  close(): Promise<void>
}

/** How a shared tier can tell of a change in the same step as it makes it. A tier that does not know the kind ignores it. */
export interface Announcement {
  /** The kind, which says what `target` is: `redis-pubsub`. */
  readonly kind: string
  /** What the kind needs. */
  readonly target: unknown
}

/** Keeps the memory of several processes in step: `redisPubSub`, `redisTracking`, `pgNotify`, `none` make one. */
export interface Coherence {
  /** How messages call it: `redis-pubsub`. */
  readonly name: string
  /**
   * The longest that memory serves an entry without asking below, in milliseconds, or `undefined`: no bound is needed as
   * changes are heard of.
   */
  readonly maxStaleMs: number | undefined
  /** Lets a tier on the same server tell of changes itself. */
  readonly announcement?: Announcement
  /** Starts to listen, in the background, and keeps trying until it is closed. */
  open(context: CoherenceContext): CoherenceLink
}
