import { quotaName } from '../quota-name.ts'
import type { Quota } from '../store.ts'

/**
 * The names of counters in Redis: `{prefix}:exact:5/60000:key`. The braces make all of a store's one slot of a Redis
 * Cluster, so that any of them can be decided together.
 */
export class Names {
  readonly #prefix: string
  /** What the names of a quota begin with. */
  readonly #starts = new WeakMap<Quota, string>()

  constructor(prefix: string) {
    this.#prefix = `{${prefix}}:`
  }

  /** The name of a key's counter. */
  of(key: string, quota: Quota): string {
    return (this.#starts.get(quota) ?? this.#begin(quota)) + key
  }

  #begin(quota: Quota): string {
    const start = `${this.#prefix}${quotaName(quota)}:`
    this.#starts.set(quota, start)
    return start
  }
}
