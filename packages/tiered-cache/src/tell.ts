import { loadChannel, readChannel } from './channels.ts'
import { CacheTierError } from './errors.ts'
import type { HeldValue } from './held-value.ts'
import type { CacheSettings } from './options.ts'

/** Tells that memory was asked. */
export function tellMemory({ memory, namespace, now }: CacheSettings, key: string, held: HeldValue | undefined): void {
  if (memory === undefined) return
  const hit = held !== undefined && now() < held.serveUntil
  readChannel.publish({ namespace, key, tier: memory.name, hit, durationMs: 0, degraded: false, error: undefined })
}

/** Tells that a loader has run. */
export function tellLoad(namespace: string, key: string, durationMs: number, stored: boolean, error: unknown): void {
  if (!loadChannel.hasSubscribers) return
  loadChannel.publish({ namespace, key, durationMs, stored, degraded: error instanceof CacheTierError, error })
}
