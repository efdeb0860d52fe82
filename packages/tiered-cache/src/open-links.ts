import type { CoherenceContext } from './coherence.ts'
import { parseMessage } from './message.ts'

/** A link of one cache. */
export interface OpenLink {
  /** Takes a message and tells the cache what it says. */
  readonly hear: (text: string) => void
  /** The link is closed. */
  readonly forget: () => void
}

/**
 * The links of one coherence. What a cache changes itself it need not hear of, unless another cache in this process shares
 * its namespace.
 */
export class OpenLinks {
  /** How many caches have each namespace. */
  readonly #counts = new Map<string, number>()
  /** Tells our own messages from those of others. */
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  open({ namespace, listener }: CoherenceContext): OpenLink {
    this.#counts.set(namespace, this.#countOf(namespace) + 1)
    let isOpen = true
    return {
      hear: (text) => {
        const message = parseMessage(text)
        // What cannot be understood may tell of anything.
        if (message === undefined) listener.changed({ kind: 'all' })
        else if (message.from !== this.#origin || this.#countOf(namespace) > 1) listener.changed(message.change)
      },
      forget: () => {
        if (isOpen) this.#counts.set(namespace, this.#countOf(namespace) - 1)
        if (this.#countOf(namespace) === 0) this.#counts.delete(namespace)
        isOpen = false
      },
    }
  }

  #countOf(namespace: string): number {
    return this.#counts.get(namespace) ?? 0
  }
}
