import type { Connection } from './connection.ts'
import { patiently } from './patiently.ts'

/** Connections that have to show whether they are of use: they are pinged, or cleaned. */
export class Proofs {
  readonly #patienceMs: number
  readonly #onLate: () => void
  /** How many are likely to be of use soon. */
  #promising = 0
  /** Those that take so long that nobody counts on them. They are given up when their place is needed. */
  readonly #late = new Set<Connection>()

  /**
   * @param patienceMs - How long one may take. One whose login took longer has as long as that: a new one would not come
   *   sooner.
   * @param onLate - Called when one takes longer.
   */
  constructor(patienceMs: number, onLate: () => void) {
    this.#patienceMs = patienceMs
    this.#onLate = onLate
  }

  /** How many are likely to be of use soon. */
  get promisingCount(): number {
    return this.#promising
  }

  /** Waits for a connection's work to show it: whether it is of use, or `undefined` when it was given up meanwhile. */
  async prove(connection: Connection, work: Promise<boolean>): Promise<boolean | undefined> {
    this.#promising++
    const { value: isUsable, wasLate } = await patiently(work, Math.max(this.#patienceMs, connection.loginMs), () => {
      this.#promising--
      this.#late.add(connection)
      this.#onLate()
    })
    if (!wasLate) this.#promising--
    else if (!this.#late.delete(connection)) return undefined
    return isUsable
  }

  /** The connection that is late for longest, to be given up. */
  takeLate(): Connection | undefined {
    const [late] = this.#late
    if (late) this.#late.delete(late)
    return late
  }
}
