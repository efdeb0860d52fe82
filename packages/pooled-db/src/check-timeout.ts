import { checkOptions, number } from '@seawall/options'

/** What a Node timer can wait. */
const longestMs = 2 ** 31 - 1
const rules = { timeoutMs: number({ max: longestMs }) }

/**
 * Checks how long one caller wants to wait. What is left of a deadline has fractions, and may be nothing.
 *
 * @throws TypeError or RangeError for what is no time.
 */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs <= longestMs)) return
  checkOptions('wait', { timeoutMs }, rules)
}
