import { answerQuestions } from '../answer-questions.ts'
import { cpuNsSince } from '../cpu-time.ts'

/*
 * Imported before the bookstore's own file, it lets the command ask that process for its CPU time.
 */

let atStart = process.cpuUsage()

const answers = {
  /** Starts the clock. */
  start(): void {
    atStart = process.cpuUsage()
  },

  /** The CPU time since then in nanoseconds. */
  stop(): number {
    return cpuNsSince(atStart)
  },
}

/** What a process with this clock answers. */
export type CpuClock = typeof answers

answerQuestions(answers)
