/** What a transaction tells of the rows that it writes. */
export interface Writes<K, V> {
  /** The row of this key has changed or is gone. */
  clear(key: K): this
  /** The rows of these keys have changed or are gone. */
  clearMany(keys: Iterable<K>): this
  /** This is the row of this key now. */
  prime(key: K, row: V): this
  /** These are the rows now, each under its key. */
  primeMany(rows: Iterable<V>, keyOf: (row: V) => K): this
}

/** Keeps what was told until it is known whether it came to pass. The last word on a key counts. */
export class RecordedWrites<K, V> implements Writes<K, V> {
  readonly #rows = new Map<K, { readonly row: V } | undefined>()

  clear(key: K): this {
    this.#rows.set(key, undefined)
    return this
  }

  clearMany(keys: Iterable<K>): this {
    for (const key of keys) this.clear(key)
    return this
  }

  prime(key: K, row: V): this {
    this.#rows.set(key, { row })
    return this
  }

  primeMany(rows: Iterable<V>, keyOf: (row: V) => K): this {
    for (const row of rows) this.prime(keyOf(row), row)
    return this
  }

  keys(): Iterable<K> {
    return this.#rows.keys()
  }

  applyTo(batcher: Pick<Writes<K, V>, 'clear' | 'prime'>): void {
    for (const [key, written] of this.#rows) {
      batcher.clear(key)
      if (written !== undefined) batcher.prime(key, written.row)
    }
  }
}
