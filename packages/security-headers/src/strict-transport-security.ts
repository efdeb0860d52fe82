import type { StrictTransportSecurityOptions } from './header-options.ts'

const header = 'strict-transport-security'

const yearSeconds = 31_536_000

/**
 * Refuses a `preload` that the browsers' list would refuse as well (hstspreload.org).
 *
 * @throws RangeError when the list's other conditions are not met.
 */
export function checkPreload(options: StrictTransportSecurityOptions): void {
  const { maxAge = yearSeconds, includeSubDomains = true, preload = false } = options
  if (!preload || (includeSubDomains && maxAge >= yearSeconds)) return
  throw new RangeError(
    `Cannot set strictTransportSecurity as 'preload' must be left out unless includeSubDomains is true and maxAge at ` +
      `least ${yearSeconds}: current values are includeSubDomains ${includeSubDomains} and maxAge ${maxAge}`,
  )
}

/** Takes the header out of the recorded ones: it must not be sent over plain http (RFC 6797 §7.2). */
export function takeHsts(headers: Map<string, string>): string | undefined {
  const value = headers.get(header)
  headers.delete(header)
  return value
}
