import { StoreUnavailableError } from '../errors.ts'
import { Breaker } from '../redis/breaker.ts'
import type { FlexibleStoreOptions } from './flexible-options.ts'

/** Waits for tasks no longer than a deadline, and leaves alone what failed several times in a row. */
export class Deadline {
  readonly #deadlineMs: number
  readonly #breaker: Breaker

  constructor({ deadlineMs = 75, failures = 5, probeMs = 1_000 }: FlexibleStoreOptions) {
    this.#deadlineMs = deadlineMs
    this.#breaker = new Breaker(failures, probeMs)
  }

  /** Settles with the task or at the deadline, whichever is first. Rejects with a `StoreUnavailableError`. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const breaker = this.#breaker
    if (breaker.isOpen && !breaker.takesProbe(performance.now()))
      return Promise.reject(
        new StoreUnavailableError('Cannot decide as the limiter has failed and is left alone for now'),
      )
    return new Promise((resolve, reject) => {
      let isOver = false

      function fail(message: string, cause?: unknown): void {
        if (isOver) return
        isOver = true
        breaker.failed(performance.now())
        reject(new StoreUnavailableError(message, { cause }))
      }

      // When this process was busy, the answer may be here already, unread: sockets are read before immediates run
      const expire = (): unknown =>
        setImmediate(() => fail(`Cannot decide as the limiter did not answer in ${this.#deadlineMs} ms`))
      const timer = setTimeout(expire, this.#deadlineMs).unref()
      breaker.began()
      task()
        .finally(() => {
          clearTimeout(timer)
          breaker.ended()
        })
        .then(
          (result) => {
            if (isOver) return
            isOver = true
            breaker.succeeded()
            resolve(result)
          },
          (cause: unknown) => fail('Cannot decide as the limiter failed', cause),
        )
    })
  }
}
