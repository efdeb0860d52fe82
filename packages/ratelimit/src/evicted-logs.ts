import { randomInt } from 'node:crypto'
import { RollingLog } from './rolling-log.ts'
import type { Rate } from './store.ts'

const buckets = 4_096

/**
 * The logs of keys that were evicted at their limit, in hashed buckets. A bucket is at least as strict as every key in it:
 * counted from the newest, each of its stamps is the latest of theirs. So a key that comes back may have to wait for a
 * stranger, but never gets more than its limit.
 */
export class EvictedLogs {
  readonly #rate: Rate
  readonly #logs = new Map<number, RollingLog>()
  /** Secret, so that no one can choose keys that share a bucket with a victim's. */
  readonly #seed = randomInt(2 ** 32)

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** Remembers the log of a key that is evicted. */
  keep(key: string, log: RollingLog): void {
    const bucket = this.#bucketOf(key)
    const kept = this.#logs.get(bucket)?.stamps() ?? []
    this.#logs.set(bucket, new RollingLog(this.#rate.limit, latest(kept, log.stamps())))
  }

  /** The log that a new key begins with. */
  inherit(key: string, now: number): RollingLog {
    if (this.#logs.size === 0) return new RollingLog(this.#rate.limit)
    const bucket = this.#bucketOf(key)
    const log = this.#logs.get(bucket)
    log?.forget(now, this.#rate.windowMs)
    if (log?.size === 0) this.#logs.delete(bucket)
    return new RollingLog(this.#rate.limit, log?.stamps())
  }

  #bucketOf(key: string): number {
    let hash = this.#seed
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
      hash ^= hash >>> 15
    }
    return (hash >>> 0) % buckets
  }
}

/** Of two ascending lists, aligned at their ends, the greater of each pair. */
function latest(a: readonly number[], b: readonly number[]): number[] {
  if (a.length < b.length) return latest(b, a)
  const offset = a.length - b.length
  return a.map((stamp, index) => Math.max(stamp, b[index - offset] ?? stamp))
}
