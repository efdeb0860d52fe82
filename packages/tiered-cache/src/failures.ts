import { LRUCache } from 'lru-cache'

interface Failure {
  readonly error: unknown
  readonly until: number
}

/** The most failures remembered. */
const max = 1_000

/** Failures of loaders that are not to be repeated yet. */
export class Failures {
  /** By key, for as long as each says. */
  readonly #failures = new LRUCache<string, Failure>({ max })
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Throws what the last load of the key threw, while that is to be remembered. */
  rethrow(id: string): void {
    if (this.#failures.size === 0) return
    const failure = this.#failures.get(id)
    if (failure === undefined) return
    if (this.#now() < failure.until) throw failure.error
    this.#failures.delete(id)
  }

  /** Until when the failure of the key's last load is remembered; the past when it is not. */
  until(id: string): number {
    return this.#failures.get(id)?.until ?? 0
  }

  remember(id: string, error: unknown, ttlMs: number | ((error: unknown) => number)): void {
    const ms = typeof ttlMs === 'function' ? ttlMs(error) : ttlMs
    if (ms > 0) this.#failures.set(id, { error, until: this.#now() + ms })
  }

  forget(id: string): void {
    if (this.#failures.size > 0) this.#failures.delete(id)
  }

  forgetAll(): void {
    this.#failures.clear()
  }
}
