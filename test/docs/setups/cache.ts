import type { Cache } from '@seawall/tiered-cache'

export declare const cache: Cache
