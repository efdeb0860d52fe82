import { createHash } from 'node:crypto'
import type { ParsedReport } from './report.ts'

interface Seen {
  readonly publishedAt: number
  /** How many have been held back since. */
  repeats: number
}

/** Remembers which reports have been published lately. Holds a digest of each, and never more than a number of them. */
export class RecentReports {
  readonly #windowMs: number
  readonly #size: number
  readonly #now: () => number
  /** By digest, the oldest first. */
  readonly #seen = new Map<string, Seen>()

  constructor(windowMs: number, size: number, now: () => number) {
    this.#windowMs = windowMs
    this.#size = size
    this.#now = now
  }

  /** Returns how often the report has been held back before, or `undefined` when it has to be held back now. */
  admit(report: ParsedReport): number | undefined {
    if (this.#windowMs === 0) return 0
    const digest = digestOf(report)
    const seen = this.#seen.get(digest)
    const now = this.#now()
    if (seen !== undefined && now - seen.publishedAt < this.#windowMs) {
      seen.repeats++
      return undefined
    }
    this.#seen.delete(digest)
    this.#seen.set(digest, { publishedAt: now, repeats: 0 })
    if (this.#seen.size > this.#size) this.#forgetOldest()
    return seen?.repeats ?? 0
  }

  #forgetOldest(): void {
    for (const digest of this.#seen.keys()) {
      this.#seen.delete(digest)
      return
    }
  }
}

/** Age and browser differ between reports of the same content. */
function digestOf({ type, url, body }: ParsedReport): string {
  return createHash('sha256')
    .update(JSON.stringify([type, url, body]))
    .digest('base64')
}
