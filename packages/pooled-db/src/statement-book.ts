import { StatementText } from './statement-text.ts'

/**
 * Remembers what is known of the texts that were run last, for all connections of a pool. Two generations bound it: when
 * the young one is full, it becomes the old one, and what is not used meanwhile is forgotten with it. A lookup of a text
 * in use is one look into one map, and texts that never come twice push out no more than their own generation.
 */
export class StatementBook {
  readonly #maxTexts: number
  #young = new Map<string, StatementText>()
  #old = new Map<string, StatementText>()

  constructor(maxTexts = 1000) {
    this.#maxTexts = maxTexts
  }

  /** What is known of a text. */
  lookUp(text: string): StatementText {
    const known = this.#young.get(text)
    if (known) return known
    const found = this.#old.get(text) ?? new StatementText(text)
    if (found.isRemembered) this.#remember(text, found)
    return found
  }

  #remember(text: string, found: StatementText): void {
    if (this.#young.size >= this.#maxTexts) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(text, found)
  }
}
