/** For how long the distance to the server's clock counts as known. */
const knownForMs = 1_000

/**
 * The server's clock, as this process knows it: its distance to the monotonic clock here, taken anew every second. It is
 * never behind the server's, so that no entry seems to have more time left than it has.
 */
export class RedisClock {
  /** The server's time less ours. */
  #distance = 0
  /** On our clock, when that was told. */
  #toldAt = -Infinity

  /** Whether the server's time must be asked for. */
  isUnknown(): boolean {
    return performance.now() - this.#toldAt > knownForMs
  }

  /** Takes the reply to TIME that was asked at `askedAt` on our clock. */
  tell(reply: unknown, askedAt: number): void {
    if (!Array.isArray(reply)) return
    const [seconds, microseconds] = reply.map(Number)
    if (seconds === undefined || microseconds === undefined) return
    this.#distance = seconds * 1_000 + Math.ceil(microseconds / 1_000) - askedAt
    this.#toldAt = performance.now()
  }

  /** The server's time, in milliseconds. */
  now(): number {
    return performance.now() + this.#distance
  }
}
