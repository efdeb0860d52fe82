import { AsyncLocalStorage } from 'node:async_hooks'
import type { CacheMap } from './batch-load-fn.ts'
import type { Expiring } from './deadlines.ts'
import { errorForLoad } from './error-for-load.ts'

/** What a batch has failed with, which can be anything. */
export interface Failure {
  readonly error: unknown
}

/** What a batch knows of what loads of its context share. */
export interface SharedState<C> {
  readonly context: unknown
  /** Keys that were forgotten while batches were under way. */
  readonly cleared: { has(cacheKey: C): boolean } | undefined
  /** The batch is over. */
  leave(): void
}

/** Who is told what becomes of a batch. */
export interface BatchOwner<K, V, C> {
  /** The batch is late. */
  expired(batch: Batch<K, V, C>): void
  /** The batch is over, loaded or failed. Its loads have not been told yet. Must not throw. */
  ended(batch: Batch<K, V, C>, failure: Failure | undefined): void
}

/**
 * Keys that are loaded together, and who waits for them.
 *
 * All loads wait for one promise, the end of the batch. Its reactions run in the order in which they were asked for, which
 * is that of the keys, so one function answers all of them, each time with the next value: a load costs a promise and a
 * reaction, and no functions of its own to settle it with.
 */
export class Batch<K, V, C> implements Expiring {
  readonly shared: SharedState<C>
  /** Where its loads look for earlier ones; `undefined` when nothing is remembered. */
  readonly cache: CacheMap<C, Promise<V>> | undefined
  readonly keys: K[] = []
  /** Runs a function where the first load was called, with its stores; `undefined` where the schedule keeps to that. */
  readonly inContext: (<R>(run: () => R) => R) | undefined
  isDispatched = false
  isEnded = false
  startedAt = 0
  lateInTurn = 0
  earlier: Expiring | undefined = undefined
  later: Expiring | undefined = undefined
  /** What the owner waits with for a place to run the batch. */
  start: (() => void) | undefined = undefined
  readonly #owner: BatchOwner<K, V, C>
  readonly #end: Promise<void>
  #resolveEnd: ((nothing: undefined) => void) | undefined = undefined
  readonly #answerNext = () => this.#answer(this.#answered++)
  /** How many keys have been answered. */
  #answered = 0
  #values: ArrayLike<unknown> = []
  /** What is remembered for those of its keys that were cleared and asked for again. */
  #anew: Map<C, Promise<V>> | undefined = undefined
  /** What loads of keys get that were asked for before, by the key's promise. */
  #joined: Map<Promise<V>, Promise<V>> | undefined = undefined
  /** The places of the keys that nobody waits for, and why. */
  #unwanted: Map<number, unknown> | undefined = undefined
  /** The places of the keys that were sent, where those are not all. */
  #sent: readonly number[] | undefined = undefined
  /** Where the load of each key was called, if that is noted. */
  #stacks: string[] | undefined = undefined
  #controller: AbortController | undefined = undefined
  #failure: Failure | undefined = undefined

  constructor(
    owner: BatchOwner<K, V, C>,
    shared: SharedState<C>,
    cache: CacheMap<C, Promise<V>> | undefined,
    mustKeepContext: boolean,
  ) {
    this.#owner = owner
    this.shared = shared
    this.cache = cache
    this.inContext = mustKeepContext ? AsyncLocalStorage.snapshot() : undefined
    this.#end = new Promise((resolve) => {
      this.#resolveEnd = resolve
    })
  }

  get context(): unknown {
    return this.shared.context
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#failure !== undefined) this.#controller.abort(this.#failure.error)
    }
    return this.#controller.signal
  }

  /** Adds a key, and makes its promise. */
  add(key: K): Promise<V> {
    this.keys.push(key)
    return this.#end.then(this.#answerNext)
  }

  /** Remembers the promise of the key that was added last. */
  remember(cacheKey: C, promise: Promise<V>): void {
    if (this.shared.cleared?.has(cacheKey)) (this.#anew ??= new Map()).set(cacheKey, promise)
    this.cache?.set(cacheKey, promise)
  }

  /**
   * Whether what is remembered for one of its keys is the batch's, and not primed or loaded anew meanwhile. To keep every
   * promise for that would cost each load more than a tenth of its time; so only keys that were cleared are in doubt.
   */
  isRemembered(cacheKey: C): boolean {
    if (!this.shared.cleared?.has(cacheKey)) return true
    return this.cache?.get(cacheKey) === this.#anew?.get(cacheKey)
  }

  /** Takes note of where the load was called that has just been added. */
  noteStack(callerStack: string): void {
    this.#stacks ??= []
    this.#stacks[this.keys.length - 1] = callerStack
  }

  /**
   * What a load gets whose key was asked for before. It waits for the end of this batch too, so that loads which follow
   * from a known value and loads which follow from a new one still meet in one batch.
   */
  join(promise: Promise<V>): Promise<V> {
    this.#joined ??= new Map()
    const known = this.#joined.get(promise)
    if (known !== undefined) return known
    const answer = this.#end.then(() => promise)
    this.#joined.set(promise, answer)
    return answer
  }

  /** Nobody waits any more for the key at this place. */
  giveUp(index: number, reason: unknown): void {
    if (this.isEnded) return
    this.#unwanted ??= new Map()
    this.#unwanted.set(index, reason)
    if (this.isDispatched && this.#unwanted.size === this.keys.length) this.fail(reason)
  }

  /** From here on no key is added. Gives those keys that somebody waits for. */
  close(): readonly K[] {
    this.isDispatched = true
    const unwanted = this.#unwanted
    if (unwanted === undefined) return this.keys
    this.#sent = [...this.keys.keys()].filter((index) => !unwanted.has(index))
    return this.#sent.map((index) => this.keys[index] as K)
  }

  expire(): void {
    this.#owner.expired(this)
  }

  /** The end with an answer for every key that was sent. */
  settle(values: ArrayLike<unknown>): void {
    if (this.isEnded) return
    this.#values = this.#sent === undefined ? values : atPlaces(this.#sent, values)
    this.#finish()
  }

  /** The end without an answer: each load gets an error of its own. */
  fail(error: unknown): void {
    if (this.isEnded) return
    this.#failure = { error }
    this.#finish()
    this.#controller?.abort(error)
  }

  #finish(): void {
    this.isEnded = true
    this.#owner.ended(this, this.#failure)
    this.#resolveEnd?.(undefined)
  }

  /** What the load of the key at this place gets. V8 knows here who awaits it. */
  #answer(place: number): V | PromiseLike<V> {
    if (this.#unwanted?.has(place)) throw this.#unwanted.get(place)
    if (this.#failure !== undefined) throw errorForLoad(this.#failure.error, this.#stacks?.[place])
    const value = this.#values[place]
    if (value instanceof Error) throw value
    return value as V | PromiseLike<V>
  }
}

/** Values at the places of their keys. */
function atPlaces(places: readonly number[], values: ArrayLike<unknown>): ArrayLike<unknown> {
  const placed: unknown[] = []
  for (const [index, place] of places.entries()) placed[place] = values[index]
  return placed
}
