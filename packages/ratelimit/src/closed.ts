import type { Claim, Verdict } from './store.ts'

/** Whether it claims of a limit of nothing, which no store is asked about. */
export function isClosed({ quota }: Claim): boolean {
  return quota.limit === 0
}

/** The refusal of such a claim. */
export function closedVerdict({ quota: { windowMs } }: Claim): Verdict {
  return { allowed: false, remaining: 0, resetMs: windowMs, retryAfterMs: windowMs, stamp: 0 }
}
