/**
 * A store in Redis, through the application's own ioredis client.
 *
 * @module redis
 */
export { StoreUnavailableError } from './errors.ts'
export type { RedisClient, RedisStoreOptions } from './redis/redis-options.ts'
export { redisStore } from './redis/redis-store.ts'
