import { channel } from 'node:diagnostics_channel'

/** What `seawall:ratelimit:decision` tells about every decision. It names no client. */
export interface RateLimitDecision {
  /** The name of the limit. */
  readonly name: string
  /** Whether the request may go on. */
  readonly allowed: boolean
  /** How many more would be admitted at once; `undefined` when nothing was counted. */
  readonly remaining: number | undefined
  /** How long the client is told to wait, in milliseconds; 0 when the request may go on. */
  readonly retryAfterMs: number
  /** Whether the store could not answer, and `onError` decided. */
  readonly degraded: boolean
}

const decisions = channel('seawall:ratelimit:decision')

/** Publishes a decision if anyone listens. */
export function publishDecision(
  name: string,
  allowed: boolean,
  remaining: number | undefined,
  retryAfterMs: number,
  degraded: boolean,
): void {
  if (!decisions.hasSubscribers) return
  decisions.publish({ name, allowed, remaining, retryAfterMs, degraded } satisfies RateLimitDecision)
}
