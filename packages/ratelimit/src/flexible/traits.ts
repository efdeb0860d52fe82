import { RateLimiterMemcache } from 'rate-limiter-flexible'
import type { FlexibleLimiter } from './flexible-options.ts'

/** In what limiters differ that no method of theirs tells. */
export interface Traits {
  /** Whether it can give back; otherwise it is asked before it counts. */
  readonly givesBack: boolean
  /** What windows need on top, so that none ends too early. */
  readonly extraSeconds: number
}

/** What is known of a limiter, or of the one that it wraps. */
export function traitsOf(limiter: FlexibleLimiter): Traits {
  const { limiter: inner } = limiter as { readonly limiter?: FlexibleLimiter }
  if (inner !== undefined) return traitsOf(inner)
  // Memcached only counts up, and its seconds end all at the same time: the first of them may be a short one
  const isMemcache = limiter instanceof RateLimiterMemcache
  return { givesBack: !isMemcache, extraSeconds: isMemcache ? 1 : 0 }
}
