import type { Verdict } from '../store.ts'

interface Denial {
  readonly cost: number
  readonly remaining: number
  /** Until when it holds. */
  readonly until: number
}

/** Refusals that are still true, so that a refused key costs Redis nothing. The oldest give way to new ones. */
export class DenyCache {
  readonly #maxKeys: number
  readonly #maxMs: number
  readonly #denials = new Map<string, Denial>()

  constructor(maxKeys: number, maxMs: number) {
    this.#maxKeys = maxKeys
    this.#maxMs = maxMs
  }

  /** The verdict about a claim of at least as much as one that was refused. */
  find(name: string, cost: number): Verdict | undefined {
    const denial = this.#denials.get(name)
    if (denial === undefined || cost < denial.cost) return undefined
    const ms = Math.ceil(denial.until - performance.now())
    if (ms > 0) return { allowed: false, remaining: denial.remaining, resetMs: ms, retryAfterMs: ms, stamp: 0 }
    this.#denials.delete(name)
    return undefined
  }

  /** Remembers a refusal. */
  keep(name: string, cost: number, { remaining, retryAfterMs }: Verdict): void {
    if (this.#maxKeys === 0 || cost === 0) return
    this.#denials.delete(name)
    if (this.#denials.size >= this.#maxKeys) this.#forgetOldest()
    this.#denials.set(name, { cost, remaining, until: performance.now() + Math.min(retryAfterMs, this.#maxMs) })
  }

  /** Forgets a key that may be admitted again. */
  forget(name: string): void {
    this.#denials.delete(name)
  }

  #forgetOldest(): void {
    for (const name of this.#denials.keys()) {
      this.#denials.delete(name)
      return
    }
  }
}
