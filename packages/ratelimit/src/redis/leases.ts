import type { Quota, Verdict } from '../store.ts'
import type { Lanes } from './lanes.ts'
import { LeasedKey } from './leased-key.ts'
import type { Manager } from './manager.ts'
import type { ScriptRunner } from './script-runner.ts'
import { longestMs, Takers, type LeasedKeys, type KeyedTakers } from './takers.ts'

/** How many keys may have a lease; further ones are decided one by one. */
const mostKeys = 10_000

/** A key with leases, and where it is found. */
interface Kept {
  readonly key: string
  readonly keys: LeasedKeys
  readonly leased: LeasedKey
}

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
  readonly #kept = new Set<Kept>()
  #timer: NodeJS.Timeout | undefined

  constructor(size: number, runner: ScriptRunner, manager: Manager, lanes: Lanes) {
    this.#isOn = size > 1
    this.#takers = new Takers(size, runner, (...back) => manager.takeBack(...back))
    this.#manager = manager
    this.#lanes = lanes
  }

  /** Admits a claim of one by what was taken, if there is any left. */
  give(key: string, quota: Quota): Verdict | undefined {
    if (!this.#isOn) return undefined
    const takers = this.#takers.of(quota)
    return takers === null ? undefined : takers.keys.get(key)?.give(takers)
  }

  /** Decides about a claim to which nothing could be given: one that is worth a lease by its key's. */
  consume(key: string, name: string, quota: Quota, cost: number): Promise<Verdict> {
    const takers = this.#isOn && cost === 1 ? this.#takers.of(quota) : null
    const leased = takers === null ? undefined : (takers.keys.get(key) ?? this.#add(takers, key, name))
    return takers === null || leased === undefined ? this.#lanes.of(quota).consume(name, cost) : leased.wait(takers)
  }

  /** Stops giving out a key's leases, and one that is on its way. */
  forget(key: string, quota: Quota): void {
    this.#takers.of(quota)?.keys.get(key)?.forget()
  }

  #add({ keys }: KeyedTakers, key: string, name: string): LeasedKey | undefined {
    if (this.#kept.size >= mostKeys) return undefined
    const leased = new LeasedKey(name, this.#manager, this.#lanes)
    keys.set(key, leased)
    this.#kept.add({ key, keys, leased })
    this.#scheduleSweep()
    return leased
  }

  #scheduleSweep(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#sweep(), longestMs).unref()
  }

  #sweep(): void {
    const now = performance.now()
    this.#timer = undefined
    for (const kept of this.#kept) {
      kept.leased.sweep(now)
      if (!kept.leased.isIdle) continue
      kept.keys.delete(kept.key)
      this.#kept.delete(kept)
    }
    if (this.#kept.size > 0) this.#scheduleSweep()
  }
}
