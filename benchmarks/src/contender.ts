import type { Server } from 'node:http'
import type { Guard, GuardOptions } from '@seawall/guard'

/** What stands before a server's one route. */
export interface Protection {
  readonly guards?: readonly Guard[]
  readonly options?: GuardOptions
  /** Whether the security headers that users of the framework install stand there. */
  readonly peer?: boolean
  /** Whether the rate limit that users of the framework install stands there too, in memory. */
  readonly peerLimit?: boolean
  /** Whether the route reads a nonce, which the policy then carries; on node:http. */
  readonly readsNonce?: boolean
}

/**
 * Makes a server that answers `GET /hello` with `{"hello":"world"}` in the way its framework is commonly used. It does not
 * listen yet.
 */
export type Serve = (protection: Protection) => Server | Promise<Server>
