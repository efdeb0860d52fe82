/** Those who wait for one moment, each for a while at most. */
export class Readiness {
  readonly #timeoutMs: number
  #listeners: ((isReady: boolean) => void)[] = []

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Waits for the moment: whether it has come in time. */
  wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#timeoutMs, false).unref()
      this.#listeners.push((isReady) => {
        clearTimeout(timer)
        resolve(isReady)
      })
    })
  }

  /** Says that the moment has come, or that it never will. */
  tell(isReady: boolean): void {
    if (this.#listeners.length === 0) return
    const listeners = this.#listeners
    this.#listeners = []
    for (const tell of listeners) tell(isReady)
  }
}
