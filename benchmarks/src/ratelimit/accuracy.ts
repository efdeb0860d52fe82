import { AskedProcess } from '../asked-process.ts'
import type { Start } from '../runner.ts'
import type { HammerAnswers } from './accuracy-process.ts'

/** Eight processes that hammer one key. An operation is a window. */
export interface AccuracySetting {
  readonly url: string
}

const file = new URL('accuracy-process.ts', import.meta.url)
const limit = 20
const windowMs = 100

export const start: Start<AccuracySetting> = async ({ url }) => {
  const processes = Array.from({ length: 8 }, () => new AskedProcess<HammerAnswers>(file))
  await Promise.all(processes.map((child) => child.ask('open', url)))
  let rounds = 0
  return {
    async round(operations) {
      const prefix = `accuracy ${process.pid} ${rounds++}`
      // Windows follow each other with a breath between.
      const untilMs = Date.now() + windowMs * operations * 1.5 + 1_000
      const work = { prefix, limit, windowMs, untilMs }
      const all = await Promise.all(processes.map((child) => child.ask('hammer', work)))
      return figures(
        all.flat().toSorted((a, b) => a - b),
        operations,
      )
    },
    async end() {
      await Promise.all(processes.map((child) => child.end()))
    },
  }
}

function figures(stamps: readonly number[], windows: number): Record<string, number> {
  const held = (from: number): number =>
    stamps.filter((stamp) => stamp >= from && stamp < from + windowMs * 1_000).length
  const starts = Array.from({ length: windows }, (_, index) => stamps[index * limit] ?? Infinity)
  const exact = starts.filter((from) => held(from) === limit).length
  const most = stamps.reduce((worst, from) => Math.max(worst, held(from)), 0)
  return { '% of windows with exactly the limit': (100 * exact) / windows, 'most in any window': most, limit }
}
