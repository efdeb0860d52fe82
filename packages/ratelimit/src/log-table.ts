import { EvictedLogs } from './evicted-logs.ts'
import { IdleList, type Entry } from './idle-list.ts'
import type { RollingLog } from './rolling-log.ts'
import type { Decision, Rate } from './store.ts'

/** How many of the longest idle keys are looked at for the one to evict. */
const candidates = 8

/**
 * The logs of one rate by key, at most `maxKeys` of them. No timers: new keys clear out old ones. A key that has reached
 * its limit is never forgotten, or it could be freed by a flood of others.
 */
export class LogTable {
  readonly #rate: Rate
  readonly #maxKeys: number
  readonly #entries = new Map<string, Entry>()
  /** Entries below their limit when they were last admitted. */
  readonly #light = new IdleList()
  /** Entries that reached it. */
  readonly #spent = new IdleList()
  readonly #evicted: EvictedLogs

  constructor(rate: Rate, maxKeys: number) {
    this.#rate = rate
    this.#maxKeys = maxKeys
    this.#evicted = new EvictedLogs(rate)
  }

  get size(): number {
    return this.#entries.size
  }

  consume(key: string, now: number): Decision {
    const entry = this.#entries.get(key)
    const log = entry?.log ?? this.#evicted.inherit(key, now)
    log.forget(now, this.#rate.windowMs)
    // A new key that is refused gets no entry: refusals must not evict anyone.
    if (log.isFull) return { allowed: false, remaining: 0, resetMs: this.#resetMs(log, now) }
    log.add(now)
    const list = log.isFull ? this.#spent : this.#light
    list.append(entry ?? this.#insert(key, log, now))
    return { allowed: true, remaining: this.#rate.limit - log.size, resetMs: this.#resetMs(log, now) }
  }

  #resetMs(log: RollingLog, now: number): number {
    return Math.ceil(this.#rate.windowMs - (now - log.oldest))
  }

  #insert(key: string, log: RollingLog, now: number): Entry {
    this.#makeRoom(now)
    const entry: Entry = { key, log, list: undefined, older: undefined, newer: undefined }
    this.#entries.set(key, entry)
    return entry
  }

  #makeRoom(now: number): void {
    this.#clear(this.#light, now)
    this.#clear(this.#spent, now)
    if (this.#entries.size < this.#maxKeys) return
    const victim = this.#leastUsed(now) ?? this.#spent.oldest
    if (victim === undefined) return
    if (this.#used(victim, now) >= this.#rate.limit) this.#evicted.keep(victim.key, victim.log)
    this.#remove(victim)
  }

  /** Removes entries that have left the window: two for every new one, so old ones go twice as fast as new ones come. */
  #clear(list: IdleList, now: number): void {
    for (let count = 0; count < 2 && list.oldest !== undefined; count++) {
      if (this.#used(list.oldest, now) > 0) return
      this.#remove(list.oldest)
    }
  }

  /** The least used of the longest idle below their limit. */
  #leastUsed(now: number): Entry | undefined {
    let least = this.#light.oldest
    let entry = least?.newer
    for (let count = 1; count < candidates && least !== undefined && entry !== undefined; count++) {
      if (this.#used(entry, now) < this.#used(least, now)) least = entry
      entry = entry.newer
    }
    return least
  }

  #used(entry: Entry, now: number): number {
    entry.log.forget(now, this.#rate.windowMs)
    return entry.log.size
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key)
    entry.list?.remove(entry)
  }
}
