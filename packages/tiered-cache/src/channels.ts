import { channel } from 'node:diagnostics_channel'

/** What `seawall:tiered-cache:read` tells: a tier was asked for a key. */
export interface CacheReadMessage {
  /** The cache's namespace. */
  readonly namespace: string
  /** The key, encoded, without the namespace. Never the value. */
  readonly key: string
  /** The tier that was asked: `memory`, `redis`. */
  readonly tier: string
  /** Whether it had the value. */
  readonly hit: boolean
  /** How long it took, in milliseconds; 0 for memory, which is not timed. */
  readonly durationMs: number
  /** The tier failed or was left alone because it had failed just before: a miss for that reason. */
  readonly degraded: boolean
  /** Why it is degraded, otherwise `undefined`. */
  readonly error: unknown
}

/** What `seawall:tiered-cache:load` tells: a loader has run. */
export interface CacheLoadMessage {
  /** The cache's namespace. */
  readonly namespace: string
  /** The key, encoded, without the namespace. Never the value. */
  readonly key: string
  /** How long the loader took, in milliseconds. */
  readonly durationMs: number
  /** Whether the last tier, the shared one where there is one, has stored the value. */
  readonly stored: boolean
  /** The shared tier failed before or after the load. */
  readonly degraded: boolean
  /** What the loader threw, or why the value is not stored where it should be, otherwise `undefined`. */
  readonly error: unknown
}

export const readChannel = channel('seawall:tiered-cache:read')
export const loadChannel = channel('seawall:tiered-cache:load')
