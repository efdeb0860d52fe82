import { integer, milliseconds, type Rules } from '@seawall/options'
import type { TierLimits } from './tier.ts'

/** Options that every shared tier has. */
export interface SharedTierOptions {
  /**
   * How long one operation may take, in milliseconds, reconnecting included. Afterwards reads are misses and writes fail.
   *
   * @default 100
   */
  readonly timeoutMs?: number
  /**
   * After so many failures in a row reads stop asking the tier for `breakerMs`.
   *
   * @default 3
   */
  readonly breakerFailures?: number
  /**
   * For how long reads do not ask the tier once it has failed, in milliseconds. Then one of them tries again.
   *
   * @default 1_000
   */
  readonly breakerMs?: number
  /**
   * The longest that the tier keeps an entry fresh, in milliseconds, whatever the entry's own time to live. Left out: as
   * long as the entry says.
   */
  readonly ttlMs?: number
}

/** Rules for the options that every shared tier has, to stand beside those of its own. */
export const sharedTierRules: Rules<SharedTierOptions> = {
  timeoutMs: milliseconds({ min: 1 }),
  breakerFailures: integer({ min: 1, max: 1_000 }),
  breakerMs: milliseconds({ min: 1 }),
  ttlMs: milliseconds({ min: 1 }),
}

/** The limits that checked options ask for. */
export function toTierLimits({
  timeoutMs = 100,
  breakerFailures = 3,
  breakerMs = 1_000,
}: SharedTierOptions): TierLimits {
  return { timeoutMs, breakerFailures, breakerMs }
}
