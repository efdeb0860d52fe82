import type { RollingLog } from './rolling-log.ts'

/** A key with its log, in one list. */
export interface Entry {
  readonly key: string
  readonly log: RollingLog
  list: IdleList | undefined
  older: Entry | undefined
  newer: Entry | undefined
}

/** Entries in the order of their last admission: appending, moving and removing take constant time. */
export class IdleList {
  #oldest: Entry | undefined
  #newest: Entry | undefined

  /** The entry that has been idle longest. */
  get oldest(): Entry | undefined {
    return this.#oldest
  }

  /** Makes an entry the last one here, wherever it was. */
  append(entry: Entry): void {
    if (entry === this.#newest) return
    entry.list?.remove(entry)
    entry.list = this
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  /** Takes an entry of this list out. */
  remove(entry: Entry): void {
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
    entry.list = undefined
    entry.older = undefined
    entry.newer = undefined
  }
}
