import type { Quota } from '../store.ts'
import { Lane, type TakeBack } from './lane.ts'
import type { ScriptRunner } from './script-runner.ts'

/** A step on the way to the lane of several quotas. */
class Junction {
  lane: Lane | undefined
  readonly next = new WeakMap<Quota, Junction>()
}

/** The lane of every combination of quotas that is decided about together. */
export class Lanes {
  readonly #runner: ScriptRunner
  readonly #takeBack: TakeBack
  readonly #root = new Junction()

  constructor(runner: ScriptRunner, takeBack: TakeBack) {
    this.#runner = runner
    this.#takeBack = takeBack
  }

  of(...quotas: readonly Quota[]): Lane {
    let junction = this.#root
    for (const quota of quotas) {
      const next: Junction = junction.next.get(quota) ?? new Junction()
      junction.next.set(quota, next)
      junction = next
    }
    junction.lane ??= new Lane(this.#runner, quotas, this.#takeBack)
    return junction.lane
  }
}
