import type { Connection } from './connection.ts'
import { patiently } from './patiently.ts'

/** Connections on their way out. The server counts each until its socket has ended, so each keeps its place for a moment. */
export class ClosingConnections {
  readonly #patienceMs: number
  readonly #onRoom: () => void
  readonly #closing = new Set<Promise<void>>()
  /** How many keep their place. */
  #placed = 0

  /**
   * @param patienceMs - How long one keeps its place at most: its socket may be dead, and never end.
   * @param onRoom - Called when one begins to close, and when its place has become free.
   */
  constructor(patienceMs: number, onRoom: () => void) {
    this.#patienceMs = patienceMs
    this.#onRoom = onRoom
  }

  /** How many keep their place. */
  get placedCount(): number {
    return this.#placed
  }

  /** Closes one. */
  close(connection: Connection): void {
    const closing: Promise<void> = this.#end(connection).finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    this.#onRoom()
  }

  /** Waits until all are gone. */
  async ended(): Promise<void> {
    while (this.#closing.size > 0) await Promise.all(this.#closing)
  }

  async #end(connection: Connection): Promise<void> {
    this.#placed++
    const leave = (): void => {
      this.#placed--
      this.#onRoom()
    }
    const { wasLate } = await patiently(connection.close(), this.#patienceMs, leave)
    if (!wasLate) leave()
  }
}
