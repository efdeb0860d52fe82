/**
 * What the clock of a server shows, told from its replies. Two clocks are never compared at a distance: of a reply it is
 * certain that the server wrote its time after the call was sent and before the reply came.
 */
export class ServerClock {
  /** By how many microseconds the server's clock is ahead of this process's, at the least. */
  #ahead: number | undefined

  /** The server's time, in microseconds, at a moment here in milliseconds; early rather than late, 0 if not known yet. */
  at(ms: number): number {
    return this.#ahead === undefined ? 0 : Math.floor(ms * 1_000 + this.#ahead)
  }

  /** Learns from a reply that was written at a time of the server. */
  learn(serverUs: number, sentMs: number, receivedMs: number): void {
    const least = serverUs - receivedMs * 1_000
    const most = serverUs - sentMs * 1_000
    // Beyond what is possible: the clock was set back, or it is another server.
    if (this.#ahead === undefined || this.#ahead < least || this.#ahead > most) this.#ahead = least
  }
}
