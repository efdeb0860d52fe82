const perRequest = 0.1
const most = 10

/** Lets one request in ten be tried again: more would double the load of a service that fails under its load. */
export class RetryBudget {
  /** Retries that may be made now. */
  #left = most

  /** Notes a request. */
  earn(): void {
    this.#left = Math.min(most, this.#left + perRequest)
  }

  /** Takes a retry out of the budget, if there is one. */
  take(): boolean {
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
