import type { Guard } from '@seawall/guard'
import { rateLimit, type RateLimitStore } from '@seawall/ratelimit'
import { crossOriginProtection, securityHeaders, strict } from '@seawall/security-headers'
import type { Assets } from './assets/load-assets.ts'
import { staticFiles } from './assets/static-files.ts'
import { lastAnswers } from './last-answers.ts'
import { problemPages } from './pages/problem-pages.ts'
import { plainBodies } from './plain-bodies.ts'
import type { Settings } from './settings.ts'

/** What stands before every route. */
export function siteGuards(
  { requestsPerMinute }: Settings,
  assets: Assets,
  store: RateLimitStore,
  isClosing: () => boolean,
): Guard[] {
  return [
    lastAnswers(isClosing),
    securityHeaders(strict({ contentSecurityPolicy: { directives: { 'style-src': ["'self'"] } } })),
    problemPages(assets.manifest),
    crossOriginProtection(),
    plainBodies,
    staticFiles(assets),
    rateLimit({ name: 'requests', key: 'ip', rate: { limit: requestsPerMinute, windowMs: 60_000 }, store }),
  ]
}
