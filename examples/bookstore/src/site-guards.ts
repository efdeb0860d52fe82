import type { Guard } from '@seawall/guard'
import { rateLimit, type RateLimitStore } from '@seawall/ratelimit'
import { crossOriginProtection, nonce, securityHeaders } from '@seawall/security-headers'
import type { Assets } from './assets/load-assets.ts'
import { staticFiles } from './assets/static-files.ts'
import { lastAnswers } from './last-answers.ts'
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
    securityHeaders({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: [nonce],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          objectSrc: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      crossOriginEmbedderPolicy: true,
    }),
    crossOriginProtection(),
    plainBodies,
    staticFiles(assets),
    rateLimit({ name: 'requests', key: 'ip', rate: { limit: requestsPerMinute, windowMs: 60_000 }, store }),
  ]
}
