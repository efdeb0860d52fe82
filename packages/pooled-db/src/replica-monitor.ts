import type { Pool } from './pool.ts'

/** How far a server was at a moment. */
interface Position {
  /** When it was asked, by `performance.now()`. */
  readonly at: number
  /** The end of its write-ahead log, or of what it has replayed of the primary's. */
  readonly lsn: number
}

/** What is known of one replica. */
interface ReplicaState {
  /** When it last answered, as a standby. */
  answeredAt: number
  /** What it has replayed. */
  lsn: number
  /** It shows everything that was committed up to here, by `performance.now()`. */
  freshAt: number
}

const primaryQuery = 'select pg_current_wal_insert_lsn()::text as lsn'
const replicaQuery = 'select pg_last_wal_replay_lsn()::text as lsn where pg_is_in_recovery()'
const keptPositions = 256

/**
 * Knows how fresh each replica is. The primary's position is noted from time to time, with the moment before it was asked;
 * everything committed before that moment lies before that position. A replica that has replayed a position shows all of it,
 * so no statement has to ask for its own position: a request need only remember when it wrote.
 */
export class ReplicaMonitor {
  readonly #lagCheckMs: number
  /** Where the primary was, the latest last. */
  readonly #positions: Position[] = []
  readonly #replicas: readonly ReplicaState[]
  readonly #probes: readonly Pool[]
  readonly #timers = new Map<Pool, NodeJS.Timeout>()
  #isClosed = false

  /** Takes a pool of one connection to the primary, and one to each replica. */
  constructor(primary: Pool, replicas: readonly Pool[], lagCheckMs: number) {
    this.#lagCheckMs = lagCheckMs
    this.#probes = [primary, ...replicas]
    this.#replicas = replicas.map(() => ({ answeredAt: -Infinity, lsn: 0, freshAt: -Infinity }))
    void this.#repeat(primary, () => this.#askPrimary(primary))
    replicas.forEach((probe, index) => void this.#repeat(probe, () => this.#askReplica(probe, index)))
  }

  /** When the replica showed everything, as a moment of `performance.now()`; `-Infinity` while it is not known to answer. */
  freshAt(index: number): number {
    const { answeredAt, freshAt } = this.#replicas[index] ?? { answeredAt: -Infinity, freshAt: -Infinity }
    return performance.now() - answeredAt > this.#silenceMs ? -Infinity : freshAt
  }

  /** How far the replica was behind the primary when the primary last answered: while it is down, nothing new is missed. */
  lag(index: number): { readonly ms: number; readonly bytes: number } {
    const last = this.#positions.at(-1)
    const state = this.#replicas[index]
    if (!last || !state) return { ms: Infinity, bytes: Infinity }
    return { ms: Math.max(0, last.at - this.freshAt(index)), bytes: Math.max(0, last.lsn - state.lsn) }
  }

  /** Notes that a statement found the replica unable to answer: it is not used until it answers here. */
  suspect(index: number): void {
    const state = this.#replicas[index]
    if (state) state.answeredAt = -Infinity
  }

  /** Asks no more, and waits for no answer: the server that would give it may be gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await Promise.all(this.#probes.map((probe) => probe.close({ graceMs: 0 })))
  }

  /** How long a replica may be silent before it is taken to be down. */
  get #silenceMs(): number {
    return Math.max(1000, 3 * this.#lagCheckMs)
  }

  async #repeat(probe: Pool, ask: () => Promise<void>): Promise<void> {
    try {
      await ask()
    } catch {
      // it is not up, or not what it was: its last answer grows old
    }
    if (!this.#isClosed)
      this.#timers.set(probe, setTimeout(() => void this.#repeat(probe, ask), this.#lagCheckMs).unref())
  }

  async #askPrimary(probe: Pool): Promise<void> {
    const at = performance.now()
    const { rows } = await probe.query<{ lsn: string }>(primaryQuery)
    this.#positions.push({ at, lsn: endOfRecord(toNumber(rows[0]?.lsn)) })
    if (this.#positions.length > keptPositions) this.#positions.shift()
  }

  async #askReplica(probe: Pool, index: number): Promise<void> {
    const { rows } = await probe.query<{ lsn: string | null }>(replicaQuery)
    const state = this.#replicas[index]
    // No row: it is a primary now, perhaps of another history.
    if (!state || !rows[0]?.lsn) return
    state.answeredAt = performance.now()
    state.lsn = toNumber(rows[0].lsn)
    const shown = this.#positions.findLast(({ lsn }) => lsn <= state.lsn)
    if (shown) state.freshAt = Math.max(state.freshAt, shown.at)
  }
}

/** `16/B374D848`: two halves in hexadecimal. */
function toNumber(lsn = '0/0'): number {
  const [high = '', low = ''] = lsn.split('/')
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}

/**
 * Between two pages the insert position is behind the header of the next page, which no replica reaches before another
 * record is written; what was written so far ends before the header (24 bytes, or 40 on the first page of a file).
 */
function endOfRecord(lsn: number): number {
  const offset = lsn % 8192
  return offset <= 40 ? lsn - offset : lsn
}
