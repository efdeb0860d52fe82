/** The longest time for which a key is blocked: 30 days. */
export const longestBlockMs = 30 * 86_400_000

/**
 * Checks how long a key is to be blocked: a `NaN` would block nothing.
 *
 * @throws RangeError
 */
export function checkBlockLength(ms: number): void {
  if (Number.isInteger(ms) && ms >= 0 && ms <= longestBlockMs) return
  throw new RangeError(
    `Cannot block a key as 'ms' must be whole milliseconds from 0 to ${longestBlockMs} (30 days): current value is ${String(ms)}`,
  )
}
