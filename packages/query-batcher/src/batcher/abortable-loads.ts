interface Waiting {
  /** How many loads wait for a key, all of which can be aborted. */
  loads: number
  readonly giveUp: (reason: unknown) => void
}

/** The loads that were given an AbortSignal. */
export class AbortableLoads {
  /** What rejects the loads of each signal: one listener a signal, for that of a request may stand behind thousands. */
  readonly #rejects = new Map<AbortSignal, Map<object, (reason: unknown) => void>>()
  /** Who waits for the promise of a key, as long as everybody who does can be aborted. */
  readonly #waiting = new WeakMap<Promise<unknown>, Waiting>()

  /** The first load of a key: `giveUp` is called when it was aborted, and so was every later one. */
  first<V>(promise: Promise<V>, signal: AbortSignal, giveUp: (reason: unknown) => void): Promise<V> {
    this.#waiting.set(promise, { loads: 1, giveUp })
    return this.#watch(promise, promise, signal)
  }

  /** A later load of the key, which gets `answer`. */
  again<V>(promise: Promise<V>, answer: Promise<V>, signal: AbortSignal): Promise<V> {
    const waiting = this.#waiting.get(promise)
    if (waiting !== undefined) waiting.loads++
    return this.#watch(promise, answer, signal)
  }

  /** A load without a signal waits for the key. */
  keep(promise: Promise<unknown>): void {
    this.#waiting.delete(promise)
  }

  #watch<V>(promise: Promise<V>, answer: Promise<V>, signal: AbortSignal): Promise<V> {
    const rejects = this.#rejects.get(signal) ?? this.#listen(signal)
    return new Promise<V>((resolve, reject) => {
      const load = {}
      rejects.set(load, this.#abort(promise, reject))
      const settle = <T>(end: (value: T) => void) => {
        return (value: T) => {
          rejects.delete(load)
          if (rejects.size === 0) this.#unlisten(signal)
          end(value)
        }
      }
      answer.then(settle(resolve), settle(reject))
    })
  }

  #abort(promise: Promise<unknown>, reject: (reason: unknown) => void) {
    return (reason: unknown): void => {
      reject(reason)
      const waiting = this.#waiting.get(promise)
      if (waiting === undefined || --waiting.loads > 0) return
      this.#waiting.delete(promise)
      waiting.giveUp(reason)
    }
  }

  #listen(signal: AbortSignal): Map<object, (reason: unknown) => void> {
    const rejects = new Map<object, (reason: unknown) => void>()
    this.#rejects.set(signal, rejects)
    signal.addEventListener('abort', this.#onAbort)
    return rejects
  }

  #unlisten(signal: AbortSignal): void {
    this.#rejects.delete(signal)
    signal.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = ({ target }: Event): void => {
    const signal = target as AbortSignal
    const rejects = this.#rejects.get(signal)
    this.#unlisten(signal)
    for (const reject of rejects?.values() ?? []) reject(signal.reason)
  }
}
