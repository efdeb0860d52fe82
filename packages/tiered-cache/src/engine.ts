import { setMaxListeners } from 'node:events'
import type { CoherenceLink } from './coherence.ts'
import { withDeadline } from './deadline.ts'
import { Failures } from './failures.ts'
import { Finds } from './finds.ts'
import { Level } from './level.ts'
import { listenFor } from './listen-for.ts'
import { Loads } from './loads.ts'
import { MemoryGate } from './memory-gate.ts'
import type { CacheSettings } from './options.ts'
import { Counters } from './stats.ts'
import { TagVersions } from './tag-versions.ts'

/** How long the end of the coherence is waited for. */
const closeMs = 1_000

/** The parts of a cache at work, and what all of them must forget when something changes. */
export class Engine {
  readonly settings: CacheSettings
  readonly gate: MemoryGate
  readonly levels: readonly Level[]
  readonly counters = new Counters()
  readonly link: CoherenceLink | undefined
  readonly versions = new TagVersions(this)
  readonly closing = new AbortController()
  readonly failures: Failures
  readonly loads: Loads
  readonly finds: Finds

  constructor(settings: CacheSettings) {
    const { shared, namespace, coherence, now } = settings
    this.settings = settings
    this.gate = new MemoryGate(settings)
    this.levels = shared.map((tier) => new Level(tier, namespace, coherence?.announcement, now))
    this.failures = new Failures(now)
    setMaxListeners(0, this.closing.signal)
    this.loads = new Loads(this)
    this.finds = new Finds(this, this.loads)
    this.link = coherence?.open({ namespace, listener: listenFor(this) })
  }

  /** Nothing that was read before may be kept, and nobody joins what is under way. */
  forget(ids: readonly string[]): void {
    this.leave(ids)
    for (const id of ids) this.gate.store?.delete(id)
  }

  /** The same, but what memory holds may still be served as stale. */
  forgetFresh(ids: readonly string[]): void {
    this.leave(ids)
    for (const id of ids) this.gate.store?.expire(id, this.settings.now())
  }

  forgetTags(tags: readonly string[]): void {
    this.levels[0]?.partFromEarlier()
    this.loads.forgetTagged(tags)
    this.finds.forgetTagged(tags)
    this.failures.forgetAll()
    this.versions.forget(tags)
    this.gate.store?.invalidateTags(tags)
  }

  forgetAll(): void {
    this.levels[0]?.partFromEarlier()
    this.loads.forgetAll()
    this.finds.forgetAll()
    this.failures.forgetAll()
    this.versions.forgetAll()
    this.gate.store?.flush()
  }

  async close(): Promise<void> {
    this.closing.abort()
    this.forgetAll()
    this.gate.shut()
    await withDeadline(async () => this.link?.close(), closeMs).catch(() => undefined)
    await Promise.all(this.levels.map((level) => level.store.close()))
  }

  /** Nobody joins what is under way. */
  leave(ids: readonly string[]): void {
    this.levels[0]?.partFromEarlier()
    for (const id of ids) {
      this.loads.forget(id)
      this.finds.forget(id)
      this.failures.forget(id)
    }
  }
}
