import type { Driver } from 'kysely'
import type { Pool } from './pool.ts'
import type { ReplicaMonitor } from './replica-monitor.ts'
import type { ReplicaRules } from './replica-options.ts'
import { currentRequest } from './request-scope.ts'
import { codeOf, isFatal, isReadOnlyRefusal } from './sqlstate.ts'

/** One server: its pool, and what drives it for Kysely. */
export interface Server {
  /** Its connections. */
  readonly pool: Pool
  /** Kysely's driver on the pool. */
  readonly driver: Driver
}

/** How many texts are remembered. */
const maxWriting = 1000

/** Decides which server answers a read. */
export class ReplicaRouter {
  /** Where writes go. */
  readonly primary: Server
  readonly #replicas: readonly Server[]
  readonly #monitor: ReplicaMonitor
  readonly #rules: ReplicaRules
  /** Texts that a replica has refused as they write: selects of functions that do. */
  readonly #writing = new Set<string>()
  /** Counts choices, so that servers that are equally busy take turns. */
  #turn = 0

  constructor(primary: Server, replicas: readonly Server[], monitor: ReplicaMonitor, rules: ReplicaRules) {
    this.primary = primary
    this.#replicas = replicas
    this.#monitor = monitor
    this.#rules = rules
  }

  /** All servers, the primary first. */
  get servers(): readonly Server[] {
    return [this.primary, ...this.#replicas]
  }

  /** Notes that the caller's request has written. */
  noteWrite(): void {
    currentRequest().wroteAt.set(this, performance.now())
  }

  /** The least busy replica that the caller may read from; the primary when there is none. */
  choose(): Server {
    const wroteAt = currentRequest().wroteAt.get(this) ?? -Infinity
    const count = this.#replicas.length
    this.#turn = (this.#turn + 1) % count
    let best: Server | undefined
    for (let step = 0; step < count; step++) {
      const index = (this.#turn + step) % count
      const replica = this.#replicas[index]
      if (!replica || !this.#mayRead(index, wroteAt)) continue
      if (!best || load(replica) < load(best)) best = replica
    }
    return best ?? this.primary
  }

  /** Whether a replica has refused the text before. */
  isWriting(text: string): boolean {
    return this.#writing.has(text)
  }

  /**
   * The server to ask instead when a read has failed; none when the failure is the statement's own, or the primary's. After as
   * many attempts as there are replicas it is the primary.
   */
  alternative(server: Server, text: string, error: unknown, attempts: number): Server | undefined {
    if (server === this.primary || !(error instanceof Error)) return undefined
    const code = codeOf(error)
    const isWrite = isReadOnlyRefusal(error)
    if (isWrite) this.#noteWriting(text)
    // It writes after all, or stands in the way of the replay: the replica is well.
    if (isWrite || code === '40001') return this.primary
    if (!isServersFault(error)) return undefined
    this.#monitor.suspect(this.#replicas.indexOf(server))
    return attempts < this.#replicas.length ? this.choose() : this.primary
  }

  /** How far each replica is behind, and whether it is read from. */
  lags(): { readonly ms: number; readonly bytes: number; readonly isUsed: boolean }[] {
    return this.#replicas.map((_, index) => ({ ...this.#monitor.lag(index), isUsed: this.#mayRead(index, -Infinity) }))
  }

  /** Asks no server for its position any more. */
  close(): Promise<void> {
    return this.#monitor.close()
  }

  #noteWriting(text: string): void {
    if (this.#writing.size >= maxWriting) this.#writing.clear()
    this.#writing.add(text)
  }

  #mayRead(index: number, wroteAt: number): boolean {
    const { readYourWrites, maxLagMs, maxLagBytes } = this.#rules
    const { ms, bytes } = this.#monitor.lag(index)
    if (ms > maxLagMs || bytes > maxLagBytes) return false
    if (readYourWrites === false) return true
    if (readYourWrites === 'lsn') return this.#monitor.freshAt(index) >= wroteAt
    return performance.now() - wroteAt >= readYourWrites.ms
  }
}

function load({ pool }: Server): number {
  const { active, waiting } = pool.stats()
  return active + waiting
}

/** Whether another server may answer better: no connection could be had, or it was lost. */
function isServersFault(error: Error): boolean {
  return isFatal(error) || /^(?:ERR_POOL_(?:TIMEOUT|FULL|BUSY|CONNECT)|E[A-Z]{4,})$/.test(codeOf(error) ?? '')
}
