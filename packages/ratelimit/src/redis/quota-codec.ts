import type { Quota, Verdict } from '../store.ts'

/** What a script is told about a quota. */
export function quotaArguments({ algorithm, limit, windowMs, burst, blockMs }: Quota): (string | number)[] {
  return [algorithm, limit, windowMs, burst, blockMs]
}

/** Reads one claim of a reply: its two integers from `index` on, and the time the reply begins with. */
export function toVerdict(reply: readonly number[], index: number): Verdict {
  const remaining = reply[index] ?? 0
  const resetMs = reply[index + 1] ?? 0
  if (remaining < 0) return { allowed: false, remaining: -1 - remaining, resetMs, retryAfterMs: resetMs, stamp: 0 }
  return { allowed: true, remaining, resetMs, retryAfterMs: 0, stamp: reply[0] ?? 0 }
}
