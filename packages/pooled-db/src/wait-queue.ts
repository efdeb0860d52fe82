interface Waiter<T> {
  readonly resolve: (item: T) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Callers that wait for an item, first come, first served, each until its deadline. */
export class WaitQueue<T> {
  readonly #timeoutMs: number
  readonly #timeoutError: () => Error
  /** In the order of their coming. */
  readonly #waiters = new Set<Waiter<T>>()

  constructor(timeoutMs: number, timeoutError: () => Error) {
    this.#timeoutMs = timeoutMs
    this.#timeoutError = timeoutError
  }

  /** How many wait. */
  get size(): number {
    return this.#waiters.size
  }

  /** Waits for an item. */
  wait(): Promise<T> {
    return new Promise((resolve, reject) => {
      // Not unref'd: somebody waits for this answer, and while the server is away no socket keeps the process alive for it.
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        reject(this.#timeoutError())
      }, this.#timeoutMs)
      const waiter: Waiter<T> = { resolve, reject, timer }
      this.#waiters.add(waiter)
    })
  }

  /** Gives the item to the caller that has waited longest. */
  serve(item: T): void {
    for (const waiter of this.#waiters) {
      this.#remove(waiter)
      return waiter.resolve(item)
    }
  }

  /** Rejects all who wait, each with an error of its own. */
  rejectAll(errorOf: () => Error): void {
    for (const waiter of this.#waiters) {
      this.#remove(waiter)
      waiter.reject(errorOf())
    }
  }

  #remove(waiter: Waiter<T>): void {
    clearTimeout(waiter.timer)
    this.#waiters.delete(waiter)
  }
}
