import type { Bond } from './bond.ts'
import { Breaker } from './breaker.ts'
import { withDeadline } from './deadline.ts'
import { Deadlines } from './deadlines.ts'
import { CacheTierError } from './errors.ts'
import type {
  Acquired,
  CounterStore,
  Fill,
  Lease,
  LeaseRequest,
  Lifetime,
  SharedStore,
  StoredEntry,
  TierLimits,
  Write,
} from './tier.ts'

/** A store whose every promise settles within a deadline, and rejects only with a `CacheTierError`. */
export class GuardedStore implements SharedStore {
  readonly announces: boolean
  readonly counters?: CounterStore
  readonly #name: string
  readonly #store: SharedStore
  readonly #timeoutMs: number
  readonly #deadlines: Deadlines
  readonly #breaker: Breaker
  /** How many operations have not settled. */
  #running = 0
  /** Called when none is left. */
  #whenIdle: () => void = () => undefined

  constructor(name: string, store: SharedStore, { timeoutMs, breakerFailures, breakerMs }: TierLimits) {
    this.announces = store.announces
    this.#name = name
    this.#store = store
    this.#timeoutMs = timeoutMs
    this.#deadlines = new Deadlines(timeoutMs)
    this.#breaker = new Breaker(breakerFailures, breakerMs)
    if (store.counters !== undefined) this.counters = this.#guardCounters(store.counters)
  }

  /** Whether reads are refused without asking. */
  get isOpen(): boolean {
    return this.#breaker.isOpen
  }

  read(keys: readonly string[]): Promise<readonly (StoredEntry | undefined)[]> {
    return new Promise((resolve, reject) => this.look(keys, resolve, reject))
  }

  /** The same for those who need no promise. */
  look(
    keys: readonly string[],
    done: (entries: readonly (StoredEntry | undefined)[]) => void,
    failed: (error: unknown) => void,
  ): void {
    if (this.#breaker.allows()) this.#start('read', () => this.#store.read(keys), done, failed)
    // Never before this has returned: what fails at once finds its caller unprepared.
    else queueMicrotask(() => failed(this.#refusal('read')))
  }

  acquire(requests: readonly LeaseRequest[]): Promise<readonly Acquired[]> {
    if (!this.#breaker.allows()) return this.#refuse('acquire')
    const acquire = () => this.#store.acquire(requests)
    // Nobody will fill what comes too late: other processes need not wait for it to run out.
    return this.#run('acquire', acquire, (late) =>
      this.#abandon(late.flatMap((one) => (one.state === 'lease' ? [one.lease] : []))),
    )
  }

  claim(request: LeaseRequest): Promise<Lease> {
    const claim = () => this.#store.claim(request)
    return this.#run('claim', claim, (late) => this.#abandon([late]))
  }

  fill(fills: readonly Fill[]): Promise<readonly boolean[]> {
    return this.#run('fill', () => this.#store.fill(fills))
  }

  /** Never rejects: a lease that cannot be released runs out by itself. */
  async release(leases: readonly Lease[]): Promise<void> {
    await this.#run('release', () => this.#store.release(leases)).catch(() => undefined)
  }

  // What changes the tier is tried although the breaker advises against it: a delete that is given up leaves stale data.
  write(writes: readonly Write[]): Promise<void> {
    return this.#run('set', () => this.#store.write(writes))
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#run('delete', () => this.#store.delete(keys))
  }

  expire(keys: readonly string[]): Promise<void> {
    return this.#run('expire', () => this.#store.expire(keys))
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#run('invalidate tags', () => this.#store.invalidateTags(tags))
  }

  clear(): Promise<void> {
    return this.#run('clear', () => this.#store.clear())
  }

  versions(tags: readonly string[], leastMs: number): Promise<Bond> {
    const ask = this.#store.versions?.bind(this.#store)
    if (ask === undefined || !this.#breaker.allows()) return this.#refuse('read versions')
    return this.#run('read versions', () => ask(tags, leastMs))
  }

  async close(): Promise<void> {
    const idle = new Promise<void>((resolve) => (this.#whenIdle = resolve))
    if (this.#running > 0) await withDeadline(() => idle, this.#timeoutMs).catch(() => undefined)
    await this.#run('close', () => this.#store.close()).catch(() => undefined)
    this.#deadlines.close()
  }

  #guardCounters(counters: CounterStore): CounterStore {
    return {
      add: (write) => this.#run('add', () => counters.add(write)),
      increment: (key: string, by: number, lifetime: Lifetime) =>
        this.#run('increment', () => counters.increment(key, by, lifetime)),
      touch: (key: string, lifetime: Lifetime) => this.#run('touch', () => counters.touch(key, lifetime)),
    }
  }

  #abandon(leases: readonly Lease[]): void {
    if (leases.length > 0) void this.release(leases)
  }

  #refuse(operation: string): Promise<never> {
    return Promise.reject(this.#refusal(operation))
  }

  #refusal(operation: string): CacheTierError {
    const cause = new Error('It failed just before and is left alone for a moment')
    return new CacheTierError(this.#name, operation, cause)
  }

  #run<T>(operation: string, work: () => Promise<T>, late?: (result: T) => void): Promise<T> {
    return new Promise((resolve, reject) => this.#start(operation, work, resolve, reject, late))
  }

  #start<T>(
    operation: string,
    work: () => Promise<T>,
    resolve: (result: T) => void,
    reject: (error: CacheTierError) => void,
    late?: (result: T) => void,
  ): void {
    this.#running++
    const done = (result: T) => {
      this.#breaker.succeeded()
      this.#end()
      resolve(result)
    }
    const failed = (cause: Error) => {
      this.#breaker.failed()
      this.#end()
      reject(new CacheTierError(this.#name, operation, cause))
    }
    this.#deadlines.run(work, { done, failed, late })
  }

  #end(): void {
    this.#running--
    if (this.#running === 0) this.#whenIdle()
  }
}
