import type { Quota, Verdict } from '../store.ts'
import { manageScript } from './manage-script.ts'
import { quotaArguments, toVerdict } from './quota-codec.ts'
import type { ScriptRunner } from './script-runner.ts'

/** The operations on one counter, each a call of its own. */
export class Manager {
  readonly #runner: ScriptRunner

  constructor(runner: ScriptRunner) {
    this.#runner = runner
  }

  peek(name: string, quota: Quota): Promise<Verdict> {
    return this.#manage(name, quota, ['peek'])
  }

  adjust(name: string, quota: Quota, cost: number, stamp: number | undefined): Promise<Verdict> {
    return this.#manage(name, quota, ['adjust', cost, ...(stamp === undefined ? [] : [stamp])])
  }

  block(name: string, quota: Quota, ms: number): Promise<Verdict> {
    return this.#manage(name, quota, ['block', ms])
  }

  reset(name: string, quota: Quota): Promise<Verdict> {
    return this.#manage(name, quota, ['reset'])
  }

  /** Takes back what was counted and not used. Where that fails, it stays counted for a window. */
  takeBack(name: string, quota: Quota, cost: number, stamp: number): void {
    this.adjust(name, quota, -cost, stamp).catch(() => {})
  }

  async #manage(name: string, quota: Quota, operation: readonly (string | number)[]): Promise<Verdict> {
    return { ...toVerdict(await this.#run(name, quota, operation), 1), stamp: 0 }
  }

  #run(name: string, quota: Quota, operation: readonly (string | number)[]): Promise<readonly number[]> {
    return this.#runner.run({ script: manageScript, keys: [name], args: [1, ...quotaArguments(quota), ...operation] })
  }
}
