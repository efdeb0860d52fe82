/**
 * Two ways between this package and rate-limiter-flexible: its limiters as stores (PostgreSQL, Memcached, MongoDB,
 * DynamoDB and all else it counts in), and a limiter of this package as one of its own.
 *
 * @module flexible
 */
export { CompatibleLimiter, type CompatibleLimiterOptions } from './flexible/compatible-limiter.ts'
export type {
  FlexibleCallOptions,
  FlexibleLimiter,
  FlexibleResult,
  FlexibleStoreOptions,
} from './flexible/flexible-options.ts'
export { flexibleStore } from './flexible/flexible-store.ts'
