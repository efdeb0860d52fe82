import type { Change, CoherenceListener } from './coherence.ts'
import type { MemoryGate } from './memory-gate.ts'

/** What of a cache must forget when another process has changed something. */
export interface Forgetful {
  readonly gate: MemoryGate
  /** Aborted when the cache is closed. */
  readonly closing: AbortController
  forget(ids: readonly string[]): void
  forgetTags(tags: readonly string[]): void
  forgetAll(): void
}

/** Hears of changes for a cache, and lets its memory be used only while it would. */
export function listenFor(cache: Forgetful): CoherenceListener {
  return {
    changed: (change) => take(cache, change),
    up: () => {
      if (cache.closing.signal.aborted) return
      cache.forgetAll()
      cache.gate.open()
    },
    down: () => {
      cache.forgetAll()
      cache.gate.shut()
    },
  }
}

function take(cache: Forgetful, change: Change): void {
  switch (change.kind) {
    case 'keys':
      return cache.forget(change.keys)
    case 'tags':
      return cache.forgetTags(change.tags)
    case 'all':
      return cache.forgetAll()
  }
}
