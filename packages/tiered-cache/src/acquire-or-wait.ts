import { setTimeout as pause } from 'node:timers/promises'
import type { Level } from './level.ts'
import type { Acquired, LeaseRequest } from './tier.ts'

/**
 * Asks for a lease until it is granted, there is an entry, or `waitMs` are over.
 *
 * @throws CacheTierError when the tier fails, AbortError when the cache is closed.
 */
export async function acquireOrWait(
  level: Level,
  request: LeaseRequest,
  waitMs: number,
  closing: AbortSignal,
): Promise<Acquired> {
  const waitUntil = performance.now() + waitMs
  for (let attempt = 0; ; attempt++) {
    const acquired = await level.acquire(request)
    const leftMs = waitUntil - performance.now()
    if (acquired.state !== 'wait' || leftMs <= 0) return acquired
    await pause(Math.min(leftMs, pollDelayMs(attempt)), undefined, { ref: false, signal: closing })
  }
}

/** From 10 ms doubling up to 160 ms, of which the second half is left to chance, so that waiters do not come together. */
function pollDelayMs(attempt: number): number {
  const delayMs = 10 * 2 ** Math.min(attempt, 4)
  return delayMs / 2 + (Math.random() * delayMs) / 2
}
