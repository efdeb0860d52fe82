import type { Quota, Verdict } from '../store.ts'
import type { TakeBack } from './lane.ts'
import { leaseScript } from './lease-script.ts'
import { Outbox, type Outgoing, type Post } from './outbox.ts'
import { quotaArguments, toVerdict } from './quota-codec.ts'
import type { ScriptRunner } from './script-runner.ts'

/** How many integers a reply has for one counter. */
const width = 4

/** Some of a counter, taken at once to be used one by one. */
export interface Taken {
  /** How much: 0 when there was none left. */
  readonly count: number
  /** By what it is taken back. */
  readonly stamp: number
  /** What remains beside it. */
  readonly verdict: Verdict
}

/** How much is taken, and for how long. */
export interface Measure {
  readonly quota: Quota
  /** How many at the most. */
  readonly most: number
  /** Within how many milliseconds they may be used. */
  readonly holdMs: number
}

/** A counter of which some is wanted. */
interface Wanted extends Outgoing {
  readonly name: string
  readonly resolve: (taken: Taken) => void
}

/** Takes some of one quota's counters. What is wanted in one turn of the event loop travels in one call. */
export class Taker implements Post<Wanted> {
  readonly most = 32
  readonly measure: Measure
  readonly #runner: ScriptRunner
  readonly #takeBack: TakeBack
  readonly #arguments: readonly (string | number)[]
  readonly #outbox = new Outbox<Wanted>(this)

  constructor(runner: ScriptRunner, measure: Measure, takeBack: TakeBack) {
    this.measure = measure
    this.#runner = runner
    this.#takeBack = takeBack
    this.#arguments = [...quotaArguments(measure.quota), measure.most, measure.holdMs * 1_000]
  }

  /** Takes so many of a counter, or as many as there are. */
  take(name: string): Promise<Taken> {
    return new Promise((resolve, reject) => this.#outbox.add({ name, resolve, reject }))
  }

  send(wanted: readonly Wanted[]): Promise<readonly number[]> {
    const keys = wanted.map(({ name }) => name)
    const onLate = (reply: readonly number[]): void => this.#late(reply, keys)
    return this.#runner.run({ script: leaseScript, keys, args: this.#arguments, onLate })
  }

  deliver(wanted: readonly Wanted[], reply: readonly number[]): void {
    wanted.forEach(({ resolve }, place) => resolve(takenFrom(reply, place)))
  }

  #late(reply: readonly number[], names: readonly string[]): void {
    names.forEach((name, place) => {
      const { count, stamp } = takenFrom(reply, place)
      if (count > 0) this.#takeBack(name, this.measure.quota, count, stamp)
    })
  }
}

function takenFrom(reply: readonly number[], place: number): Taken {
  const first = 1 + place * width
  return { count: reply[first + 2] ?? 0, stamp: reply[first + 3] ?? 0, verdict: toVerdict(reply, first) }
}

/** What takes of one quota. */
export interface QuotaTakers {
  readonly quota: Quota
  /** For requests that wait. */
  readonly now: Taker
  /** For requests that have not come yet: where none is left, it blocks no key. */
  readonly ahead: Taker
}
