import { Breaker } from './breaker.ts'
import { withDeadline } from './deadline.ts'
import { CacheTierError } from './errors.ts'
import type { RedisTierOptions } from './options.ts'
import type { Acquired, Entry, Lease, LeaseTerms, SharedTier } from './tier.ts'

/** A shared tier whose every promise settles within a deadline, and rejects only with a `CacheTierError`. */
export class GuardedTier implements SharedTier {
  readonly kind = 'shared'
  readonly name: string
  readonly #tier: SharedTier
  readonly #timeoutMs: number
  readonly #breaker: Breaker
  /** Operations that have not settled. */
  readonly #pending = new Set<Promise<unknown>>()

  constructor(tier: SharedTier, { timeoutMs, breakerFailures, breakerMs }: Required<RedisTierOptions>) {
    this.name = tier.name
    this.#tier = tier
    this.#timeoutMs = timeoutMs
    this.#breaker = new Breaker(breakerFailures, breakerMs)
  }

  async read(key: string): Promise<Entry | undefined> {
    this.#admit('read')
    return this.#run('read', this.#tier.read(key))
  }

  async acquire(key: string, terms: LeaseTerms): Promise<Acquired> {
    this.#admit('acquire')
    const acquired = await this.#run('acquire', this.#tier.acquire(key, terms), (late) => {
      // Nobody will fill it: other processes need not wait for it to run out.
      if (late.state === 'lease') void this.#guardLease(late.lease).release()
    })
    return acquired.state === 'lease' ? { state: 'lease', lease: this.#guardLease(acquired.lease) } : acquired
  }

  async claim(key: string, terms: LeaseTerms): Promise<Lease> {
    const lease = await this.#run('set', this.#tier.claim(key, terms), (late) => {
      void this.#guardLease(late).release()
    })
    return this.#guardLease(lease)
  }

  // What changes the tier is tried although the breaker advises against it: a delete that is given up leaves stale data.
  delete(key: string): Promise<void> {
    return this.#run('delete', this.#tier.delete(key))
  }

  deleteTags(tags: readonly string[]): Promise<void> {
    return this.#run('invalidate tags', this.#tier.deleteTags(tags))
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#pending)
    await this.#tier.close()
  }

  #guardLease(lease: Lease): Lease {
    return {
      fill: (entry) => this.#run('fill', Promise.resolve(lease.fill(entry))),
      // A lease that cannot be released runs out by itself.
      release: () => this.#run('release', Promise.resolve(lease.release())).catch(() => undefined),
    }
  }

  #admit(operation: string): void {
    if (this.#breaker.allows()) return
    throw new CacheTierError(this.name, operation, new Error('It failed just before and is left alone for a moment'))
  }

  #run<T>(operation: string, work: Promise<T>, onLate?: (result: T) => void): Promise<T> {
    const settled = withDeadline(work, this.#timeoutMs, onLate).then(
      (result) => {
        this.#pending.delete(settled)
        this.#breaker.succeeded()
        return result
      },
      (cause: unknown) => {
        this.#pending.delete(settled)
        this.#breaker.failed()
        throw new CacheTierError(this.name, operation, cause)
      },
    )
    this.#pending.add(settled)
    return settled
  }
}
