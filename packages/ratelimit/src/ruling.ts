import type { CountedLimit } from './limit.ts'
import type { Pending } from './pending.ts'
import type { Verdict } from './store.ts'

const none: readonly never[] = []

/** What was decided about the claims of one request, and where. */
export class Ruling<L extends CountedLimit = CountedLimit> {
  /** Whether the request may go on. */
  readonly allowed: boolean
  /** The claims that were decided. */
  readonly claims: readonly Pending<L>[]
  /** Their verdicts; `undefined` for one that another's refusal kept from being looked at. */
  readonly verdicts: readonly (Verdict | undefined)[]
  /** The store could not answer, and `onError` decided. */
  degraded: boolean
  /** Claims of limits that only watch. */
  shadows: readonly Pending<L>[]
  /** Names of limits that would have refused, had they not been told to watch only. */
  shadowed: readonly string[]

  constructor(
    allowed: boolean,
    claims: readonly Pending<L>[],
    verdicts: readonly (Verdict | undefined)[],
    degraded: boolean,
  ) {
    this.allowed = allowed
    this.claims = claims
    this.verdicts = verdicts
    this.degraded = degraded
    this.shadows = none
    this.shadowed = none
  }

  /** Adds the verdicts on claims that only watch; `undefined` for those that the store could not decide. */
  withShadows(shadows: readonly Pending<L>[], verdicts: readonly (Verdict | undefined)[]): this {
    this.shadows = shadows
    this.degraded ||= verdicts.includes(undefined)
    this.shadowed = shadows.filter((_, index) => verdicts[index]?.allowed === false).map(({ limit }) => limit.name)
    return this
  }

  /** Whether the request is refused because the store cannot answer. */
  get isUnavailable(): boolean {
    return !this.allowed && this.claims.length === 0
  }

  /** Names of the limits that refused. */
  get violated(): readonly string[] {
    return this.claims.filter((_, index) => this.verdicts[index]?.allowed === false).map(({ limit }) => limit.name)
  }

  /** How long until none of those that refused would refuse. */
  get retryAfterMs(): number {
    let longest = 0
    for (const verdict of this.verdicts)
      if (verdict !== undefined && !verdict.allowed && verdict.retryAfterMs > longest) longest = verdict.retryAfterMs
    return longest
  }
}
