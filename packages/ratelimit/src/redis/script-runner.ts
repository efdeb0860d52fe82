import { StoreUnavailableError } from '../errors.ts'
import { Attempt, type Call, type Line } from './attempt.ts'

/** Calls scripts in Redis, each within the deadline, and none while the breaker leaves Redis alone. */
export class ScriptRunner {
  readonly #line: Line
  readonly #probe: Call
  readonly #leftAlone = new StoreUnavailableError('Cannot decide as Redis has failed and is left alone for now')

  /** @param probe - The call that tries a Redis that was left alone. No request waits for it. */
  constructor(line: Line, probe: Call) {
    this.#line = line
    this.#probe = probe
  }

  /** Resolves to the reply, or rejects with a `StoreUnavailableError`, at the latest at the deadline. */
  run(call: Call): Promise<readonly number[]> {
    const { breaker } = this.#line
    if (!breaker.isOpen) return this.#attempt(call)
    if (breaker.takesProbe(performance.now())) this.#attempt(this.#probe).catch(() => {})
    return Promise.reject(this.#leftAlone)
  }

  #attempt(call: Call): Promise<readonly number[]> {
    return new Promise((resolve, reject) => void new Attempt(this.#line, call, resolve, reject))
  }
}
