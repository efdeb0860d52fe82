import type { RowReader } from './row-reader.ts'

interface Prepared {
  /** How its rows are read; `undefined` when it returns none. */
  readonly rows: RowReader | undefined
  usedAt: number
}

/** The statements that one connection's server process holds prepared. */
export class PreparedStatements {
  readonly #max: number
  readonly #byName = new Map<string, Prepared>()
  /** Counts uses, so that the one used longest ago can be told. */
  #clock = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Finds one, and notes that it is used. */
  use(name: string): Prepared | undefined {
    const prepared = this.#byName.get(name)
    if (prepared) prepared.usedAt = ++this.#clock
    return prepared
  }

  /** Notes that the server holds one more. */
  add(name: string, rows: RowReader | undefined): void {
    this.#byName.set(name, { rows, usedAt: ++this.#clock })
  }

  /** Makes room for one more, and tells which one the server shall drop for it. */
  makeRoom(): string | undefined {
    if (this.#byName.size < this.#max) return undefined
    let oldest: string | undefined
    let oldestUse = Infinity
    for (const [name, { usedAt }] of this.#byName) {
      if (usedAt >= oldestUse) continue
      oldest = name
      oldestUse = usedAt
    }
    if (oldest !== undefined) this.#byName.delete(oldest)
    return oldest
  }

  /** Notes that one is of no use any more. The server may still hold it. */
  forget(name: string): void {
    this.#byName.delete(name)
  }

  /** Notes that the server has dropped all of them. */
  clear(): void {
    this.#byName.clear()
  }
}
