import { TickBatch } from '../tick-batch.ts'
import type { Mark, TagVersions, Vector } from '../tag-versions.ts'
import type { CacheKey } from '../encode-key.ts'
import type { Envelope } from './piece.ts'

/** What is to be kept once a page is rendered. */
export interface Rendered {
  readonly key: CacheKey
  readonly envelope: Envelope
  readonly ttlMs: number
}

/**
 * The outermost fragment with all that it contains: they see the versions of tags as they were when the page first asked
 * for them, so that one question answers for many, and are kept together at the end.
 */
export class Page {
  /** Before the first question. */
  readonly mark: Mark
  /** What was rendered and is to be kept. */
  readonly rendered: Rendered[] = []
  /** The versions that were asked for so far. */
  readonly #versions = new Map<string, string>()
  /** Questions of one tick are one command. */
  readonly #batch: TickBatch<readonly string[], Vector>

  constructor(versions: TagVersions, leastMs: number) {
    this.mark = versions.mark()
    this.#batch = new TickBatch<readonly string[], Vector>(async (lists) => {
      const missing = [...new Set(lists.flat())].filter((tag) => !this.#versions.has(tag))
      if (missing.length === 0 && this.#versions.size > 0) return lists.map(() => this.#versions)
      const found = await versions.read(missing, leastMs)
      for (const [tag, version] of found) if (!this.#versions.has(tag)) this.#versions.set(tag, version)
      return lists.map(() => this.#versions)
    })
  }

  /** The versions of tags, as far as they could be told. */
  async versionsOf(tags: readonly string[]): Promise<Vector> {
    if (this.#versions.size > 0 && tags.every((tag) => this.#versions.has(tag))) return this.#versions
    try {
      return await this.#batch.ask(tags)
    } catch {
      return this.#versions
    }
  }

  /** Whether one of these versions is not the one that the page has seen. */
  contradicts({ tags, versions }: Pick<Envelope, 'tags' | 'versions'>): boolean {
    return tags.some((tag, index) => {
      const seen = this.#versions.get(tag)
      return seen !== undefined && seen !== versions[index]
    })
  }
}
