import type { Rule } from '@seawall/options'
import type { Rate } from './store.ts'

const grammar = /^(\d{1,15})\/(\d{0,15})(ms|s|m|h|d)$/

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A stamp is kept for every admitted request: 1,000 of them are 8 kB in memory and 10 kB in Redis. */
const maxLimit = 1_000

/** Also what keeps a remainder and a time in the one integer that Redis replies. */
const maxWindowMs = 30 * 86_400_000

/** Reads `5/m`, `100/5m`, `10/500ms`: a limit, a slash, a length (1 if left out) and its unit. `undefined` if it is none. */
export function parseRate(rate: unknown): Rate | undefined {
  if (typeof rate !== 'string') return isRate(rate) ? { limit: rate.limit, windowMs: rate.windowMs } : undefined
  const [, limit, length, unit] = grammar.exec(rate) ?? []
  if (limit === undefined || unit === undefined) return undefined
  const parsed = { limit: Number(limit), windowMs: Number(length || 1) * (unitMs[unit] ?? 0) }
  return isRate(parsed) ? parsed : undefined
}

/** The shortest way to write a rate: `5/m`, `10/500ms`. */
export function formatRate({ limit, windowMs }: Rate): string {
  const [unit, ms] = Object.entries(unitMs).findLast(([, length]) => windowMs % length === 0) ?? ['ms', 1]
  return `${limit}/${windowMs === ms ? '' : windowMs / ms}${unit}`
}

/** The rule for an option that is a rate. */
export const rateRule: Rule = {
  must: `'<limit>/<n><ms|s|m|h|d>' such as '5/m' or '100/5m', or { limit, windowMs }, of 1 to ${maxLimit} requests in 1 ms to 30 days`,
  isType: (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
  isInRange: (value) => parseRate(value) !== undefined,
}

function isRate(value: unknown): value is Rate {
  const { limit, windowMs, ...others } = (value ?? {}) as Record<string, unknown>
  return Object.keys(others).length === 0 && isWithin(limit, maxLimit) && isWithin(windowMs, maxWindowMs)
}

function isWithin(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max
}
