/**
 * Tells whether a tag was invalidated since a given moment. Moments are counted, not timed: each invalidation is one.
 * Memory is bounded: a tag that is forgotten counts as invalidated at the latest moment that was forgotten, which may
 * cost an entry but never revives one.
 */
export class TagClock {
  /** The number of invalidations so far. */
  moment = 0
  /** The last invalidation of each tag remembered, the oldest first. */
  readonly #invalidatedAt = new Map<string, number>()
  /** The last invalidation among the tags forgotten. */
  #forgottenAt = 0
  /** How many tags are remembered. */
  readonly #maxTags: number

  constructor(maxTags: number) {
    this.#maxTags = maxTags
  }

  invalidate(tags: readonly string[]): void {
    this.moment++
    for (const tag of tags) {
      this.#invalidatedAt.delete(tag)
      this.#invalidatedAt.set(tag, this.moment)
    }
    for (const [tag, moment] of this.#invalidatedAt) {
      if (this.#invalidatedAt.size <= this.#maxTags) return
      this.#invalidatedAt.delete(tag)
      this.#forgottenAt = moment
    }
  }

  /** The last invalidation of a tag, or a later one. */
  lastOf(tag: string): number {
    return this.#invalidatedAt.get(tag) ?? this.#forgottenAt
  }

  isCurrent(tags: readonly string[], since: number): boolean {
    for (const tag of tags) {
      if (this.lastOf(tag) > since) return false
    }
    return true
  }
}
