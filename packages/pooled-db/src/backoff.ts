import { codeOf, isDefinite } from './sqlstate.ts'

const firstDelayMs = 25
/** A server that is away is cheap to ask, and shall be found soon when it is back. */
const longestDelayMs = 200
/** One that says no has work with it each time. */
const longestRefusedDelayMs = 2000
/** The server has no room for another connection. */
const tooManyConnections = '53300'

/** The pause between attempts to connect: doubled with each failure, and shortened by chance, so that a fleet does not knock in step. */
export class Backoff {
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  /** Why the last attempt failed, until one succeeds. */
  #lastError: Error | undefined

  /** Whether no attempt should be made now. */
  get isPaused(): boolean {
    return this.#timer !== undefined
  }

  /** Why the last attempt failed; `undefined` after one that succeeded. */
  get lastError(): Error | undefined {
    return this.#lastError
  }

  /** Whether the next attempt would fail as well. */
  get isHopeless(): boolean {
    return this.#lastError !== undefined && isDefinite(this.#lastError)
  }

  /** Notes a failure and calls back when the pause is over. Failures during a pause do not make it longer. */
  fail(error: Error, retry: () => void): void {
    this.#lastError = error
    if (this.#timer) return
    const isRefusal = isDefinite(error) || codeOf(error) === tooManyConnections
    const longestMs = isRefusal ? longestRefusedDelayMs : longestDelayMs
    const delayMs = Math.min(longestMs, firstDelayMs * 2 ** this.#failures++)
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        retry()
      },
      delayMs * (0.5 + Math.random() / 2),
    ).unref()
  }

  /** Forgets the failures: an attempt succeeded, or none will follow. */
  reset(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#failures = 0
    this.#lastError = undefined
  }
}
