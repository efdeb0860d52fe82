const maxKeys = 1_000

/** Keys that were forgotten; above a bound, any key may have been. */
export class ClearedKeys<C> {
  readonly #keys = new Set<C>()
  #mayBeAny = false

  add(key: C): void {
    if (this.#mayBeAny) return
    this.#keys.add(key)
    if (this.#keys.size >= maxKeys) this.addAll()
  }

  addAll(): void {
    this.#mayBeAny = true
    this.#keys.clear()
  }

  has(key: C): boolean {
    return this.#mayBeAny || this.#keys.has(key)
  }
}
