import type { Quota, Verdict } from '../store.ts'
import { decideScript } from './decide-script.ts'
import { Outbox, type Outgoing, type Post } from './outbox.ts'
import { quotaArguments, toVerdict } from './quota-codec.ts'
import type { ScriptRunner } from './script-runner.ts'

/** How many claims travel in one call: Redis decides about some while this process writes and reads others. */
const mostClaims = 32

/** A decision on its way: a claim on each quota. */
interface Waiting extends Outgoing {
  readonly names: readonly string[]
  readonly costs: readonly number[]
  readonly resolve: (verdicts: readonly Verdict[]) => void
}

/** What becomes of a claim that was counted although nobody waited any more. */
export type TakeBack = (name: string, quota: Quota, cost: number, stamp: number) => void

/** Decisions on the same quotas. Those of one turn of the event loop travel in one call. */
export class Lane implements Post<Waiting> {
  readonly most: number
  readonly #runner: ScriptRunner
  readonly #quotas: readonly Quota[]
  readonly #takeBack: TakeBack
  readonly #arguments: readonly (string | number)[]
  readonly #outbox = new Outbox<Waiting>(this)

  constructor(runner: ScriptRunner, quotas: readonly Quota[], takeBack: TakeBack) {
    this.most = Math.max(1, Math.floor(mostClaims / quotas.length))
    this.#runner = runner
    this.#quotas = quotas
    this.#takeBack = takeBack
    this.#arguments = [quotas.length, ...quotas.flatMap(quotaArguments)]
  }

  /** Decides about one claim on each quota. */
  decide(names: readonly string[], costs: readonly number[]): Promise<readonly Verdict[]> {
    return new Promise((resolve, reject) => this.#outbox.add({ names, costs, resolve, reject }))
  }

  /** Decides about a claim on the only quota. */
  consume(name: string, cost: number): Promise<Verdict> {
    return new Promise((resolve, reject) =>
      this.#outbox.add({
        names: [name],
        costs: [cost],
        resolve: (verdicts) => resolve(verdicts[0] as Verdict),
        reject,
      }),
    )
  }

  send(decisions: readonly Waiting[]): Promise<readonly number[]> {
    const keys: string[] = []
    const args = [...this.#arguments]
    let isPlain = true
    for (const { names, costs } of decisions) {
      keys.push(...names)
      args.push(...costs)
      for (const cost of costs) if (cost !== 1) isPlain = false
    }
    const onLate = (reply: readonly number[]): void => this.#late(reply, decisions)
    // Where every cost is 1, it need not be said.
    return this.#runner.run({ script: decideScript, keys, args: isPlain ? this.#arguments : args, onLate })
  }

  deliver(decisions: readonly Waiting[], reply: readonly number[]): void {
    decisions.forEach(({ resolve }, place) => resolve(this.#verdicts(reply, place)))
  }

  #verdicts(reply: readonly number[], place: number): Verdict[] {
    const width = this.#quotas.length
    const verdicts: Verdict[] = []
    let isAdmitted = true
    for (let index = 0; index < width; index++) {
      const verdict = toVerdict(reply, 1 + 2 * (place * width + index))
      if (!verdict.allowed) isAdmitted = false
      verdicts.push(verdict)
    }
    return isAdmitted ? verdicts : verdicts.map((verdict) => ({ ...verdict, stamp: 0 }))
  }

  #late(reply: readonly number[], decisions: readonly Waiting[]): void {
    decisions.forEach(({ names, costs }, place) => {
      this.#verdicts(reply, place).forEach(({ stamp }, index) => {
        const name = names[index]
        const quota = this.#quotas[index]
        const cost = costs[index] ?? 0
        if (stamp > 0 && cost > 0 && name !== undefined && quota !== undefined) this.#takeBack(name, quota, cost, stamp)
      })
    })
  }
}
