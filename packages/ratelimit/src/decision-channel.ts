import { channel } from 'node:diagnostics_channel'
import { nearestOf } from './decision.ts'
import type { CountedLimit } from './limit.ts'
import type { Ruling } from './ruling.ts'
import type { Verdict } from './store.ts'

/** What `seawall:ratelimit:decision` tells about every decision. It names no client. */
export interface RateLimitDecision {
  /** The names of the limits that had a say. */
  readonly names: readonly string[]
  /** Whether the request may go on. */
  readonly allowed: boolean
  /** The names of the limits that refused. */
  readonly violated: readonly string[]
  /** The names of the limits that would have refused, had they not been told to watch only. */
  readonly shadowed: readonly string[]
  /** How much more the limit that is nearest to its end would admit at once; `undefined` when nothing was counted. */
  readonly remaining: number | undefined
  /** How long until the limits that refused would admit it, in milliseconds; 0 otherwise. */
  readonly retryAfterMs: number
  /** Whether the store could not answer, and `onError` decided. */
  readonly degraded: boolean
}

const decisions = channel('seawall:ratelimit:decision')

/** Publishes a ruling if anyone listens. */
export function publishRuling(ruling: Ruling): void {
  if (!decisions.hasSubscribers) return
  const { claims, shadows, verdicts, allowed, violated, shadowed, retryAfterMs, degraded } = ruling
  const decided = verdicts.filter((verdict): verdict is Verdict => verdict !== undefined)
  const message: RateLimitDecision = {
    names: [...claims, ...shadows].map(({ limit }) => limit.name),
    allowed,
    violated,
    shadowed,
    remaining: nearestOf(decided)?.remaining,
    retryAfterMs,
    degraded,
  }
  decisions.publish(message)
}

/** Publishes that a limit refused, or would have refused, without counting: by its list or for want of a value. */
export function publishRefusal({ name, shadow }: CountedLimit): void {
  if (!decisions.hasSubscribers) return
  const message: RateLimitDecision = {
    names: [name],
    allowed: shadow,
    violated: shadow ? [] : [name],
    shadowed: shadow ? [name] : [],
    remaining: undefined,
    retryAfterMs: 0,
    degraded: false,
  }
  decisions.publish(message)
}
