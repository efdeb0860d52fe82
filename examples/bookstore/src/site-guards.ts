import type { Guard } from '@seawall/guard'
import { rateLimit, type RateLimitStore } from '@seawall/ratelimit'
import { crossOriginProtection, nonce, securityHeaders } from '@seawall/security-headers'
import { lastAnswers } from './last-answers.ts'
import type { Settings } from './settings.ts'

/** What stands before every route. */
export function siteGuards({ requestsPerMinute }: Settings, store: RateLimitStore, isClosing: () => boolean): Guard[] {
  return [
    lastAnswers(isClosing),
    securityHeaders({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: [nonce],
          styleSrc: [nonce],
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
    rateLimit({ name: 'requests', key: 'ip', rate: { limit: requestsPerMinute, windowMs: 60_000 }, store }),
  ]
}
