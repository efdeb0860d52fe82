const longestMs = 2_592_000_000

/**
 * Checks how long a key is to be blocked: a `NaN` would block nothing.
 *
 * @throws RangeError
 */
export function checkBlockLength(ms: number): void {
  if (Number.isInteger(ms) && ms >= 0 && ms <= longestMs) return
  throw new RangeError(
    `Cannot block a key as 'ms' must be whole milliseconds from 0 to ${longestMs} (30 days): current value is ${String(ms)}`,
  )
}
