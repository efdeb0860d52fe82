import type { CacheMap } from './batch-load-fn.ts'
import type { Batch } from './batch.ts'

/** What loads of one context share, and loads of different contexts never do. */
export interface Shared<K, V, C> {
  readonly context: unknown
  /** What is remembered from batch to batch; `undefined` when nothing is. */
  readonly cache: CacheMap<C, Promise<V>> | undefined
  /** The batch that takes keys. */
  open: Batch<K, V, C> | undefined
}

/** Bounds the contexts that are remembered by value; those that are objects go when nobody holds them. */
const maxValues = 1_000

/** Finds what the loads of the current context share. */
export class Contexts<K, V, C> {
  readonly #current: () => unknown
  readonly #create: (context: unknown) => Shared<K, V, C>
  #byObject = new WeakMap<WeakKey, Shared<K, V, C>>()
  readonly #byValue = new Map<unknown, Shared<K, V, C>>()

  constructor(current: () => unknown, create: (context: unknown) => Shared<K, V, C>) {
    this.#current = current
    this.#create = create
  }

  current(): Shared<K, V, C> {
    const context = this.#current()
    return isObject(context) ? this.#ofObject(context) : this.#ofValue(context)
  }

  /** Forgets every context. Batches that are under way end as they would have. */
  clear(): void {
    this.#byObject = new WeakMap()
    this.#byValue.clear()
  }

  #ofObject(context: WeakKey): Shared<K, V, C> {
    const known = this.#byObject.get(context)
    if (known !== undefined) return known
    const shared = this.#create(context)
    this.#byObject.set(context, shared)
    return shared
  }

  #ofValue(context: unknown): Shared<K, V, C> {
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
