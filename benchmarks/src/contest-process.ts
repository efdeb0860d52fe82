import { answerQuestions } from './answer-questions.ts'
import type { Runner, Start } from './runner.ts'

/*
 * One contender of a contest. Runs as a child of the command, which asks it for rounds.
 */

/** What a round took. */
export interface RoundResult {
  readonly wallMs: number
  readonly cpuMs: number
  readonly figures: Readonly<Record<string, number>>
}

let runner: Runner

const answers = {
  /** Loads the contender's module and makes it ready. */
  async start({ module, setting }: { module: string; setting: unknown }): Promise<void> {
    const { start } = (await import(module)) as { start: Start }
    runner = await start(setting)
  },

  /** Does a round and measures it. */
  async round(operations: number): Promise<RoundResult> {
    const cpu = process.cpuUsage()
    const startedAt = performance.now()
    const figures = (await runner.round(operations)) ?? {}
    const wallMs = performance.now() - startedAt
    const { user, system } = process.cpuUsage(cpu)
    return { wallMs, cpuMs: (user + system) / 1000, figures }
  },

  /** Closes what the contender has opened. */
  async end(): Promise<void> {
    await runner.end?.()
  },
}

/** What the command may ask a contender. */
export type ContenderAnswers = typeof answers

answerQuestions(answers)
