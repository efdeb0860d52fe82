import type { Quota, Verdict } from '../store.ts'
import type { Lanes } from './lanes.ts'
import { LeasedKey } from './leased-key.ts'
import type { Manager } from './manager.ts'
import type { ScriptRunner } from './script-runner.ts'
import { longestMs, Takers } from './takers.ts'

/** How many keys may have a lease; further ones are decided one by one. */
const mostKeys = 10_000

/**
 * Takes many ones of a quota with one call and gives them out without another. What is taken counts as used until a window
 * after the last moment at which it may be given out, so that no window ever holds more than the limit; what is not given
 * out by then is brought back. Of a key that goes fast the next are asked for before the last are given out.
 */
export class Leases {
  readonly #isOn: boolean
  readonly #takers: Takers
  readonly #manager: Manager
  readonly #lanes: Lanes
  readonly #keys = new Map<string, LeasedKey>()
  #timer: NodeJS.Timeout | undefined

  constructor(size: number, runner: ScriptRunner, manager: Manager, lanes: Lanes) {
    this.#isOn = size > 1
    this.#takers = new Takers(size, runner, (...back) => manager.takeBack(...back))
    this.#manager = manager
    this.#lanes = lanes
  }

  /** Decides about a claim: one that is worth a lease by its key's. */
  consume(name: string, quota: Quota, cost: number): Verdict | Promise<Verdict> {
    const takers = this.#isOn && cost === 1 ? this.#takers.of(quota) : null
    if (takers === null) return this.#lanes.of(quota).consume(name, cost)
    const key = this.#keys.get(name) ?? this.#add(name)
    if (key === undefined) return this.#lanes.of(quota).consume(name, cost)
    return key.give(takers) ?? key.wait(takers)
  }

  /** Stops giving out a key's leases, and one that is on its way. */
  forget(name: string): void {
    this.#keys.get(name)?.forget()
  }

  #add(name: string): LeasedKey | undefined {
    if (this.#keys.size >= mostKeys) return undefined
    const key = new LeasedKey(name, this.#manager, this.#lanes)
    this.#keys.set(name, key)
    this.#scheduleSweep()
    return key
  }

  #scheduleSweep(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#sweep(), longestMs).unref()
  }

  #sweep(): void {
    const now = performance.now()
    this.#timer = undefined
    for (const [name, key] of this.#keys) {
      key.sweep(now)
      if (key.isIdle) this.#keys.delete(name)
    }
    if (this.#keys.size > 0) this.#scheduleSweep()
  }
}
