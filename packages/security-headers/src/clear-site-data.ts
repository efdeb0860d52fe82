import type { Guard } from '@seawall/guard'

const types = [
  'cache',
  'cookies',
  'storage',
  'executionContexts',
  'prefetchCache',
  'prerenderCache',
  'clientHints',
  '*',
] as const

/** What a browser keeps of a site (Clear Site Data §3.1); `*` is all of it. */
export type SiteDataType = (typeof types)[number]

/**
 * A guard for the way out: a response that went well tells the browser to forget what it keeps of the site, by
 * Clear-Site-Data. Refusals and errors leave it alone, or a forged request to the way out would do as well as a real one.
 * Browsers heed it over TLS only. `cookies` are those of the whole registrable domain.
 *
 * @param data - What to forget. Left out: `cache`, `cookies` and `storage`.
 * @throws TypeError for a type that browsers do not know, and for `*` beside others.
 * @example
 * ```ts
 * import { clearSiteData } from '@seawall/security-headers'
 *
 * clearSiteData('cookies', 'storage')
 * ```
 */
export function clearSiteData(...data: readonly SiteDataType[]): Guard {
  const chosen = new Set<SiteDataType>(data.length === 0 ? ['cache', 'cookies', 'storage'] : data)
  if ([...chosen].some((type) => !types.includes(type)) || (chosen.has('*') && chosen.size > 1))
    throw new TypeError(
      `Cannot clear site data as the types must be '*' alone or some of ${types.slice(0, -1).join(', ')}: ` +
        `current value is ${data.map(String).join(', ')}`,
    )
  const value = [...chosen].map((type) => `"${type}"`).join(', ')
  return {
    name: 'clear-site-data',
    onHead(_exchange, head) {
      if (head.status < 400 && head.get('clear-site-data') === undefined) head.set('clear-site-data', value)
    },
  }
}
