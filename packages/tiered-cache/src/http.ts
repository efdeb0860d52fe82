/**
 * A guard that caches whole responses, privately unless told, and says to browsers, proxies and CDNs what they may keep.
 *
 * @module http
 */
export { httpCache } from './http/http-cache.ts'
export type { HttpCacheOptions } from './http/http-options.ts'
