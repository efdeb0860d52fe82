import { AsyncLocalStorage } from 'node:async_hooks'
import type { BatchInfo, CacheMap } from './batch-load-fn.ts'
import type { Expiring } from './deadlines.ts'
import { errorForLoad } from './error-for-load.ts'

type Resolve = (value: unknown) => void

const settled = Promise.resolve()

/** What a batch has failed with, which can be anything. */
export interface Failure {
  readonly error: unknown
}

/** Who is told what becomes of a batch. */
export interface BatchOwner<K, V, C> {
  /** The batch is late. */
  expired(batch: Batch<K, V, C>): void
  /** The batch is over, loaded or failed. Its loads have not been told yet. */
  ended(batch: Batch<K, V, C>, failure: Failure | undefined): void
}

/** Keys that are loaded together, and who waits for them. */
export class Batch<K, V, C> implements BatchInfo, Expiring {
  readonly context: unknown
  /** Where its loads look for earlier ones; `undefined` when nothing is remembered. */
  readonly cache: CacheMap<C, Promise<V>> | undefined
  readonly keys: K[] = []
  /** Runs a function where the first load was called, with its stores; `undefined` where the schedule keeps to that. */
  readonly inContext: (<R>(run: () => R) => R) | undefined
  isDispatched = false
  isEnded = false
  startedAt = 0
  expiresAt = 0
  earlier: Expiring | undefined = undefined
  later: Expiring | undefined = undefined
  /** What the owner waits with for a place to run the batch. */
  start: (() => void) | undefined = undefined
  readonly #owner: BatchOwner<K, V, C>
  /** What settles the promise of each key. `reject` is not kept: it would cost all loads memory for the few that fail. */
  readonly #resolves: Resolve[] = []
  /** Settles what loads of keys asked for before wait for, and what each of those gets, by the key's promise. */
  #endJoined: Resolve | undefined = undefined
  #joined: { readonly end: Promise<void>; readonly answers: Map<Promise<V>, Promise<V>> } | undefined = undefined
  /** The places of the keys that nobody waits for. */
  #unwanted: Set<number> | undefined = undefined
  /** The places of the keys that were sent, where those are not all. */
  #sent: readonly number[] | undefined = undefined
  /** Where the load of each key was called, if that is noted. */
  #stacks: string[] | undefined = undefined
  #controller: AbortController | undefined = undefined
  #failure: Failure | undefined = undefined

  constructor(
    owner: BatchOwner<K, V, C>,
    context: unknown,
    cache: CacheMap<C, Promise<V>> | undefined,
    mustKeepContext: boolean,
  ) {
    this.#owner = owner
    this.context = context
    this.cache = cache
    this.inContext = mustKeepContext ? AsyncLocalStorage.snapshot() : undefined
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
    return new Promise<V>((resolve) => {
      this.#resolves.push(resolve as Resolve)
    })
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
    const { end, answers } = (this.#joined ??= this.#startJoining())
    const known = answers.get(promise)
    if (known !== undefined) return known
    const answer = end.then(() => promise)
    answers.set(promise, answer)
    return answer
  }

  /** Nobody waits any more for the key at this place. */
  giveUp(index: number, reason: unknown): void {
    if (this.isEnded) return
    this.#unwanted ??= new Set()
    this.#unwanted.add(index)
    this.#resolves[index]?.(rejection(reason, undefined))
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
    this.#end()
    const resolves = this.#resolves
    const unwanted = this.#unwanted
    const sent = this.#sent
    for (let index = 0; index < values.length; index++) {
      const place = sent === undefined ? index : (sent[index] as number)
      if (unwanted?.has(place)) continue
      const value = values[index]
      resolves[place]?.(value instanceof Error ? Promise.reject(value) : value)
    }
  }

  /** The end without an answer: each load gets an error of its own. */
  fail(error: unknown): void {
    if (this.isEnded) return
    this.#failure = { error }
    this.#end()
    for (const [place, resolve] of this.#resolves.entries()) {
      if (!this.#unwanted?.has(place)) resolve(rejection(error, this.#stacks?.[place]))
    }
    this.#controller?.abort(error)
  }

  #end(): void {
    this.isEnded = true
    this.#owner.ended(this, this.#failure)
    this.#endJoined?.(undefined)
  }

  #startJoining() {
    const end = new Promise<void>((resolve) => {
      this.#endJoined = resolve as Resolve
    })
    return { end, answers: new Map<Promise<V>, Promise<V>>() }
  }
}

/**
 * Rejects with an error of one load's own. The error is made when whatever is resolved with this promise waits for it,
 * two reactions later: there V8 knows who awaits the load.
 */
function rejection(error: unknown, callerStack: string | undefined): Promise<never> {
  return settled
    .then(() => undefined)
    .then(() => {
      throw errorForLoad(error, callerStack)
    })
}
