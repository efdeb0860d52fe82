import type { LoadContext } from '../load-context.ts'
import type { StoredResponse } from './stored-response.ts'

/** One request's turn to bring the response for all who wait: its handler is the loader. */
export class Turn {
  /** Says more of what comes, once the turn has begun. */
  #context: LoadContext | undefined
  #resolve: (stored: StoredResponse | undefined) => void = () => undefined
  #reject: (error: Error) => void = () => undefined
  #begin: () => void = () => undefined
  /** Fulfilled when it is this request's turn indeed. */
  readonly begun = new Promise<void>((resolve) => {
    this.#begin = resolve
  })
  /** It was begun, and has not ended. */
  isOpen = false

  /** The loader that this request gives the cache. */
  readonly load = (context: LoadContext): Promise<StoredResponse | undefined> => {
    this.#context = context
    this.isOpen = true
    this.#begin()
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  keep(stored: StoredResponse, ttlMs: number, tags: readonly string[]): void {
    this.isOpen = false
    try {
      this.#context?.set({ ttlMs, tags })
      this.#resolve(stored)
    } catch {
      // Tags that the cache refuses: the response could not be found again by them.
      this.#resolve(undefined)
    }
  }

  /** Nothing to keep: those who wait go to the handler themselves. */
  pass(): void {
    this.isOpen = false
    this.#resolve(undefined)
  }

  /** Nothing has come: one of those who wait is next. */
  fail(): void {
    this.isOpen = false
    this.#reject(new Error('The request that was to bring the response has ended without one'))
  }
}
