import { readChannel } from './channels.ts'
import type { HeldValue } from './held-value.ts'
import type { MemoryGate } from './memory-gate.ts'
import type { CacheSettings } from './options.ts'
import { tellMemory } from './tell.ts'
import { copyValue } from './values/copy-value.ts'

/** Reads of memory: all that a hit costs beyond its key. */
export class MemoryReads {
  /** Reads that memory has answered. */
  hits = 0
  readonly #settings: CacheSettings
  readonly #gate: MemoryGate
  /** Tells whether what memory holds is still good. */
  readonly #now: () => number

  constructor(settings: CacheSettings, gate: MemoryGate) {
    this.#settings = settings
    this.#gate = gate
    this.#now = settings.coarseNow
  }

  /** What memory holds, good or not. */
  read(id: string): HeldValue | undefined {
    const held = this.#gate.store?.read(id)
    if (readChannel.hasSubscribers) tellMemory(this.#settings, id, held)
    return held
  }

  /** What memory holds, if it is fresh. */
  readFresh(id: string): HeldValue | undefined {
    const held = this.read(id)
    return held !== undefined && this.#now() < held.freshUntil ? held : undefined
  }

  /** Whether it is served without further thought. */
  isGood(held: HeldValue): boolean {
    return this.#now() < held.serveUntil
  }

  /** The value, for one caller. */
  serve(held: HeldValue): unknown {
    this.hits++
    return held.isMutable ? copyValue(held.value) : held.value
  }
}
