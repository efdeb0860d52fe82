import { isPublished, publishBatch } from '../batch-channel.ts'
import { BatchTimeoutError } from '../errors.ts'
import type { Batch, Failure } from './batch.ts'
import type { BatchLoadFn } from './batch-load-fn.ts'
import { type Deadlines, liftDeadline } from './deadlines.ts'
import { ShownBatch } from './shown-batch.ts'
import { Slots } from './slots.ts'

export interface RunnerOptions {
  readonly name: string | null
  readonly timeoutMs: number | false
  readonly deadlines: Deadlines | undefined
  readonly maxConcurrency: number
}

/** Runs batches: when there is a place for one, for as long as it may take, and tells of its end. */
export class BatchRunner<K, V, C> {
  readonly #load: BatchLoadFn<K, V>
  /** What the batch function finds in `this`: the batcher. */
  readonly #receiver: unknown
  readonly #options: RunnerOptions
  readonly #slots: Slots | undefined

  constructor(load: BatchLoadFn<K, V>, receiver: unknown, options: RunnerOptions) {
    this.#load = load
    this.#receiver = receiver
    this.#options = options
    this.#slots = options.maxConcurrency === Infinity ? undefined : new Slots(options.maxConcurrency)
  }

  run(batch: Batch<K, V, C>): void {
    const keys = batch.close()
    if (keys.length === 0) {
      batch.settle([])
      return
    }
    this.#options.deadlines?.set(batch)
    if (isPublished()) batch.startedAt = performance.now()
    if (this.#slots === undefined) {
      this.#start(batch, keys)
      return
    }
    this.#startInTurn(this.#slots, batch, keys)
  }

  /** A batch that was run is late. */
  expire(batch: Batch<K, V, C>): void {
    const { name, timeoutMs } = this.#options
    batch.fail(new BatchTimeoutError(name, batch.keys.length, timeoutMs as number))
  }

  /** A batch is over. */
  end(batch: Batch<K, V, C>, failure: Failure | undefined): void {
    liftDeadline(batch)
    if (batch.start !== undefined) this.#slots?.leave(batch.start)
    if (batch.startedAt === 0) return
    const durationMs = performance.now() - batch.startedAt
    publishBatch({ batcher: this.#options.name, keys: batch.keys.length, durationMs, ...classOf(failure) })
  }

  #startInTurn(slots: Slots, batch: Batch<K, V, C>, keys: readonly K[]): void {
    const { timeoutMs } = this.#options
    const lateAt = performance.now() + (timeoutMs === false ? Infinity : timeoutMs)
    batch.start = () => {
      // behind a batch that was too slow, others are too late as well: to start them would help nobody
      if (performance.now() >= lateAt) this.expire(batch)
      else this.#start(batch, keys)
    }
    slots.enter(batch.start)
  }

  #call(keys: readonly K[], batch: Batch<K, V, C>): PromiseLike<ArrayLike<V | Error>> {
    return this.#load.call(this.#receiver, keys, new ShownBatch(batch))
  }

  #start(batch: Batch<K, V, C>, keys: readonly K[]): void {
    let answer: PromiseLike<ArrayLike<V | Error>>
    try {
      answer = batch.inContext ? batch.inContext(() => this.#call(keys, batch)) : this.#call(keys, batch)
    } catch (error) {
      batch.fail(misuse(`, which threw instead: ${String(error)}`, error))
      return
    }
    if (typeof (answer as Partial<PromiseLike<unknown>> | undefined)?.then !== 'function') {
      batch.fail(misuse(`, which returned ${kindOf(answer)}`))
      return
    }
    answer.then(
      (values) => settle(batch, values, keys.length),
      (error: unknown) => batch.fail(error),
    )
  }
}

function settle(
  batch: Pick<Batch<never, never, never>, 'settle' | 'fail'>,
  values: ArrayLike<unknown>,
  length: number,
) {
  if (!isArrayLike(values)) batch.fail(misuse(`, which promised ${kindOf(values)}`))
  else if (values.length === length) batch.settle(values)
  else batch.fail(misuse(` as long as the array of keys, which promised ${values.length} values for ${length} keys`))
}

/** Names no key and no value: either may be a secret. */
function misuse(how: string, cause?: unknown): TypeError {
  const message = `Cannot load a batch as the batch function must return a promise of an array of values${how}`
  return new TypeError(message, cause === undefined ? {} : { cause })
}

function classOf(failure: Failure | undefined): { error?: string } {
  if (failure === undefined) return {}
  return { error: failure.error instanceof Error ? failure.error.constructor.name : typeof failure.error }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? `an ${value.constructor?.name ?? 'object'}` : `a ${typeof value}`
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { length } = value as { length?: unknown }
  return typeof length === 'number' && (length === 0 || hasLast(value as ArrayLike<unknown>))
}

/** Whether it is as long as it says. Most last values tell by being there. */
function hasLast(values: ArrayLike<unknown>): boolean {
  const last = values.length - 1
  return values[last] !== undefined || Object.hasOwn(values, last)
}
