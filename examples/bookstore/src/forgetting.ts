import type { Cache } from '@seawall/tiered-cache'
import type { Logger } from 'pino'

const againMs = 500
const mostTags = 1000

/**
 * Outdates tags in caches. What is stored is stored: that a shared tier is away must not look like a failure, or a review
 * would be posted again. What could not be outdated is tried again until it is, as a tier that only hung comes back with
 * what it had.
 */
export class Forgetting {
  /** The tags that are still to be outdated, of each cache. */
  readonly #owed: ReadonlyMap<Cache, Set<string>>
  readonly #logger: Logger
  /** Runs while something is owed. */
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(caches: readonly Cache[], logger: Logger) {
    this.#owed = new Map(caches.map((cache) => [cache, new Set()]))
    this.#logger = logger
  }

  /** Resolves when each cache has done so, or failed for now. */
  async forget(tags: readonly string[]): Promise<void> {
    await Promise.all([...this.#owed.keys()].map((cache) => this.#forgetIn(cache, tags)))
    this.#tryLater()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #forgetIn(cache: Cache, tags: readonly string[]): Promise<void> {
    try {
      // more than can be remembered: everything goes
      await (tags.length > mostTags ? cache.clear() : cache.invalidateTags(tags))
    } catch (error) {
      this.#logger.warn({ err: error }, 'a shared tier keeps what is outdated until it answers again')
      for (const tag of tags) this.#owed.get(cache)?.add(tag)
    }
  }

  #tryLater(): void {
    if (this.#timer !== undefined || this.#isClosed) return
    if ([...this.#owed.values()].every(({ size }) => size === 0)) return
    this.#timer = setTimeout(() => void this.#tryAgain(), againMs).unref()
  }

  async #tryAgain(): Promise<void> {
    const owing = [...this.#owed].filter(([, { size }]) => size > 0).map(([cache, tags]) => [cache, [...tags]] as const)
    // what is owed from now on is owed anew: it may be of a later change
    for (const tags of this.#owed.values()) tags.clear()
    await Promise.all(owing.map(([cache, tags]) => this.#forgetIn(cache, tags)))
    this.#timer = undefined
    this.#tryLater()
  }
}
