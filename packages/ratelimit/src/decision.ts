import type { Awaitable } from '@seawall/guard'
import type { Ruling } from './ruling.ts'
import { settleRuling } from './settle.ts'
import type { Verdict } from './store.ts'

/** Where one limit stands after a decision. */
export interface PolicyState {
  /** The name of the limit. */
  readonly name: string
  /** How much is admitted in a window. */
  readonly limit: number
  /** The length of the window in milliseconds. */
  readonly windowMs: number
  /** Whether this limit admits it. */
  readonly allowed: boolean
  /** How much more would be admitted at once. */
  readonly remaining: number
  /** Milliseconds until one more than `remaining` would be admitted. */
  readonly resetMs: number
  /** Milliseconds to wait; 0 when it is admitted. */
  readonly retryAfterMs: number
}

/** What was decided about a request, or about a key. */
export interface Decision {
  /** Whether it may go on. */
  readonly allowed: boolean
  /** The limit that is nearest to its end: how much it admits in a window. `Infinity` when nothing was counted. */
  readonly limit: number
  /** How much more that limit would admit at once. */
  readonly remaining: number
  /** Milliseconds until it would admit one more than that. */
  readonly resetMs: number
  /** Milliseconds until none of the limits that refused would refuse; 0 when it may go on. */
  readonly retryAfterMs: number
  /** Names of the limits that refused. Empty when it may go on, and when it may not because the store cannot answer. */
  readonly violated: readonly string[]
  /** Names of the limits that would have refused, had they not been told to watch only. */
  readonly shadowed: readonly string[]
  /** Whether the store could not answer, and `onError` decided. */
  readonly degraded: boolean
  /** All limits that decided. */
  readonly policies: readonly PolicyState[]
  /**
   * Makes what was let in cost something else than was thought when it came, as often as need be: the last word counts.
   * What is too much is given back, what is missing is taken even beyond the limit. An `'exact'` log gives back what was
   * taken with the request, not what settling has taken later.
   *
   * @returns Whether the store has taken note; it never rejects.
   * @throws RangeError for a cost that is not finite, negative, or not whole where it must be.
   */
  settle(cost: number): Awaitable<boolean>
}

/** The decision that a ruling is, for applications. */
export function toDecision(ruling: Ruling): Decision {
  const policies = policiesOf(ruling)
  const nearest = nearestOf(policies)
  return {
    allowed: ruling.allowed,
    limit: nearest?.limit ?? Infinity,
    remaining: nearest?.remaining ?? (ruling.allowed ? Infinity : 0),
    resetMs: nearest?.resetMs ?? 0,
    retryAfterMs: ruling.retryAfterMs,
    violated: ruling.violated,
    shadowed: ruling.shadowed,
    degraded: ruling.degraded,
    policies,
    settle: (cost) => settleRuling(ruling, cost),
  }
}

/** What is nearest to its end: what makes one wait longest, or has least left. */
export function nearestOf<T extends Pick<PolicyState, 'remaining' | 'retryAfterMs'>>(
  policies: readonly T[],
): T | undefined {
  let nearest: T | undefined
  for (const policy of policies) {
    if (nearest === undefined || policy.retryAfterMs > nearest.retryAfterMs) nearest = policy
    else if (policy.retryAfterMs === nearest.retryAfterMs && policy.remaining < nearest.remaining) nearest = policy
  }
  return nearest
}

function policiesOf({ claims, verdicts }: Ruling): readonly PolicyState[] {
  return claims.flatMap(({ limit: { name }, quota: { limit, windowMs } }, index) => {
    const verdict: Verdict | undefined = verdicts[index]
    if (verdict === undefined) return []
    const { allowed, remaining, resetMs, retryAfterMs } = verdict
    return { name, limit, windowMs, allowed, remaining, resetMs, retryAfterMs }
  })
}
