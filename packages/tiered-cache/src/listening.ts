import { milliseconds, type Rules } from '@seawall/options'
import type { CoherenceListener } from './coherence.ts'
import { withDeadline } from './deadline.ts'

/** How a connection that hears of changes is watched. */
export interface ListeningOptions {
  /**
   * How often the connection must prove that it is alive, in milliseconds. A change that was missed is served for at most
   * this and `timeoutMs` together.
   *
   * @default 1_000
   */
  readonly heartbeatMs?: number
  /**
   * How long the proof may take, in milliseconds. After that the connection counts as lost.
   *
   * @default 500
   */
  readonly timeoutMs?: number
  /**
   * How long connecting and subscribing may take, in milliseconds. After that it is tried anew.
   *
   * @default 3_000
   */
  readonly connectTimeoutMs?: number
}

/** Rules for the options of every coherence that listens. */
export const listeningRules: Rules<ListeningOptions> = {
  heartbeatMs: milliseconds({ min: 10 }),
  timeoutMs: milliseconds({ min: 10 }),
  connectTimeoutMs: milliseconds({ min: 10 }),
}

/** One connection that hears of changes. */
export interface Line {
  /** Connects and subscribes: what is changed after it has resolved will be heard of, until `lost` is called. */
  open(lost: (reason: unknown) => void): Promise<void>
  /** Resolves when the other side has answered. */
  ping(): Promise<unknown>
  /** Drops the connection at once. */
  close(): void
}

const firstPauseMs = 20
const longestPauseMs = 1_000

/**
 * Keeps a line open and tells whether changes are heard. A line that does not prove itself counts as lost although no
 * error was seen: when the other side has vanished, none may be for minutes.
 */
export class Listening {
  readonly #dial: () => Line
  readonly #listener: Pick<CoherenceListener, 'up' | 'down'>
  readonly #options: Required<ListeningOptions>
  /** The line in use or being opened. */
  #line: Line | undefined
  /** The next heartbeat, or the next attempt. */
  #timer: NodeJS.Timeout | undefined
  #pauseMs = firstPauseMs
  #isUp = false
  #isClosed = false

  constructor(dial: () => Line, listener: Pick<CoherenceListener, 'up' | 'down'>, options: ListeningOptions) {
    const { heartbeatMs = 1_000, timeoutMs = 500, connectTimeoutMs = 3_000 } = options
    this.#dial = dial
    this.#listener = listener
    this.#options = { heartbeatMs, timeoutMs, connectTimeoutMs }
    this.#later(0, () => this.#open())
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#line?.close()
    this.#line = undefined
  }

  async #open(): Promise<void> {
    let line: Line | undefined
    const lost = (reason: unknown) => this.#lose(line, reason)
    try {
      const dialled = this.#dial()
      line = dialled
      this.#line = dialled
      await withDeadline(() => dialled.open(lost), this.#options.connectTimeoutMs)
    } catch (error) {
      lost(error)
      return
    }
    if (line === undefined || this.#line !== line) return
    const opened = line
    this.#isUp = true
    this.#pauseMs = firstPauseMs
    this.#listener.up()
    this.#later(this.#options.heartbeatMs, () => this.#prove(opened))
  }

  async #prove(line: Line): Promise<void> {
    try {
      await withDeadline(() => line.ping(), this.#options.timeoutMs)
      if (this.#line === line) this.#later(this.#options.heartbeatMs, () => this.#prove(line))
    } catch (error) {
      this.#lose(line, error)
    }
  }

  #lose(line: Line | undefined, reason: unknown): void {
    if (this.#isClosed || this.#line !== line) return
    this.#line = undefined
    line?.close()
    if (this.#isUp) this.#listener.down(reason)
    this.#isUp = false
    this.#later(this.#pauseMs, () => this.#open())
    this.#pauseMs = Math.min(longestPauseMs, 2 * this.#pauseMs)
  }

  #later(ms: number, act: () => Promise<void>): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void act(), ms).unref()
  }
}
