import type { SharedLoads } from './shared-loads.ts'

/** Bounds the contexts that are remembered by value; those that are objects go when nobody holds them. */
const maxValues = 1_000

/** Finds what the loads of the current context share. */
export class Contexts<K, V, C> {
  readonly #current: () => unknown
  readonly #create: (context: unknown) => SharedLoads<K, V, C>
  #byObject = new WeakMap<WeakKey, SharedLoads<K, V, C>>()
  readonly #byValue = new Map<unknown, SharedLoads<K, V, C>>()

  constructor(current: () => unknown, create: (context: unknown) => SharedLoads<K, V, C>) {
    this.#current = current
    this.#create = create
  }

  current(): SharedLoads<K, V, C> {
    const context = this.#current()
    return isObject(context) ? this.#ofObject(context) : this.#ofValue(context)
  }

  /** Forgets every context. Batches that are under way end as they would have. */
  clear(): void {
    this.#byObject = new WeakMap()
    this.#byValue.clear()
  }

  #ofObject(context: WeakKey): SharedLoads<K, V, C> {
    const known = this.#byObject.get(context)
    if (known !== undefined) return known
    const shared = this.#create(context)
    this.#byObject.set(context, shared)
    return shared
  }

  #ofValue(context: unknown): SharedLoads<K, V, C> {
    const known = this.#byValue.get(context)
    if (known !== undefined) return known
    const [oldest] = this.#byValue.size >= maxValues ? this.#byValue.keys() : []
    if (this.#byValue.size >= maxValues) this.#byValue.delete(oldest)
    const shared = this.#create(context)
    this.#byValue.set(context, shared)
    return shared
  }
}

function isObject(value: unknown): value is WeakKey {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
