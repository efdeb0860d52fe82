import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from './start-stack.ts'
import { Traffic, type TrafficReport } from './traffic.ts'

/** What came of it. */
export interface RollingReport extends TrafficReport {
  /** How often a process was replaced. */
  readonly restarts: number
}

/**
 * Replaces the processes one after the other, again and again, under load: what a deployment does.
 *
 * @param forMs - When no further round begins.
 * @param betweenMs - How long to wait between two rounds.
 */
export async function rollUnderLoad(stack: Stack, forMs: number, betweenMs: number): Promise<RollingReport> {
  const traffic = new Traffic(stack)
  const startedAt = performance.now()
  let restarts = 0
  await traffic.start()
  do {
    for (const app of stack.apps) {
      await app.replace()
      restarts++
    }
    await sleep(betweenMs)
  } while (performance.now() - startedAt < forMs)
  return { ...(await traffic.stop()), restarts }
}
