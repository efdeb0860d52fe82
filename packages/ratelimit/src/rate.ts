/** How many requests are admitted in a window of a given length. */
export interface Rate {
  /** The number of requests, 0 (none is ever admitted) to 2,147,483,647; to 1,000 where a rolling log counts them. */
  readonly limit: number
  /** The length of the window in milliseconds, 1 to 2,592,000,000 (30 days). */
  readonly windowMs: number
  /**
   * How many of them may come at once, where they are let in one by one (`'gcra'`).
   *
   * @default limit
   */
  readonly burst?: number
}

const grammar = /^(\d{1,15})\/(\d{0,15})(ms|s|m|h|d)?$/

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const maxLimit = 2 ** 31 - 1
const maxWindowMs = 30 * 86_400_000

const must = `'<limit>/<n><ms|s|m|h|d>' such as '5/m' or '100/5m', or { limit, windowMs }, with a window of 1 ms to 30 days`

/**
 * Reads a rate: `5/m`, `100/5m`, `10/500ms`; without a unit the length is in seconds, `100/300`. An object is checked.
 *
 * @param rate - What the caller gave.
 * @param told - The words before the reason: `Cannot create a rate limit as 'rate' must be`.
 * @throws TypeError or RangeError, which says what was meant where that can be guessed.
 */
export function readRate(rate: unknown, told: string): Rate {
  if (typeof rate === 'string') {
    const read = parse(rate)
    if (read !== undefined) return read
    const meant = guess(rate)
    const advice = meant === undefined ? '' : `; did you mean '${meant}'?`
    throw new RangeError(`${told} ${must}: current value is ${JSON.stringify(rate.slice(0, 60))}${advice}`)
  }
  if (typeof rate !== 'object' || rate === null)
    throw new TypeError(`${told} ${must}: current value is ${String(rate)}`)
  if (!isRate(rate)) throw new RangeError(`${told} ${must}: current value is ${JSON.stringify(rate)}`)
  return rate
}

/** The shortest way to write a rate: `5/m`, `10/500ms`. */
export function formatRate({ limit, windowMs, burst }: Rate): string {
  const [unit, ms] = Object.entries(unitMs).findLast(([, length]) => windowMs % length === 0) ?? ['ms', 1]
  const length = windowMs === ms && unit !== 'ms' ? '' : windowMs / ms
  return `${limit}/${length}${unit}${burst === undefined ? '' : `-burst-${burst}`}`
}

function parse(text: string): Rate | undefined {
  const [, limit, length, unit] = grammar.exec(text) ?? []
  if (limit === undefined || length === undefined) return undefined
  // Nobody means `5/ms`, and a bare `5/` means nothing
  if (length === '' && (unit === undefined || unit === 'ms')) return undefined
  const rate = { limit: Number(limit), windowMs: Number(length || 1) * (unitMs[unit ?? 's'] ?? 0) }
  return isRate(rate) ? rate : undefined
}

const words: readonly (readonly [word: RegExp, factor: number, unit: string])[] = [
  [/^(?:msecs?|millis|milliseconds?)$/, 1, 'ms'],
  [/^(?:s|secs?|seconds?)$/, 1, 's'],
  [/^(?:m|ms|mins?|minutes?)$/, 1, 'm'],
  [/^(?:h|hrs?|hours?)$/, 1, 'h'],
  [/^(?:d|days?)$/, 1, 'd'],
  [/^(?:w|weeks?)$/, 7, 'd'],
  [/^(?:mo|months?)$/, 30, 'd'],
]

/** What was probably meant by a text that is no rate. */
function guess(text: string): string | undefined {
  const [, limit, length = '', unit = ''] = /^\s*(\d+)\s*(?:\/|per|a)\s*(\d*)\s*([a-z]+)\s*$/i.exec(text) ?? []
  const [, factor = 1, short] = words.find(([word]) => word.test(unit.toLowerCase())) ?? []
  if (limit === undefined || short === undefined) return undefined
  const count = Number(length || 1) * factor
  const meant = `${limit}/${count === 1 && short !== 'ms' ? '' : count}${short}`
  return parse(meant) === undefined ? undefined : meant
}

function isRate(value: object): value is Rate {
  const { limit, windowMs, burst = 1, ...others } = value as Partial<Record<string, unknown>>
  return (
    Object.keys(others).length === 0 &&
    isWithin(limit, 0, maxLimit) &&
    isWithin(windowMs, 1, maxWindowMs) &&
    isWithin(burst, 1, maxLimit)
  )
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}
