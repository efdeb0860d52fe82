import type { Client, ClientConfig } from 'pg'
import { type SessionFacts, type SessionTarget, isWanted, watchSession } from './session-target.ts'

/** The servers that a pool may connect to: attempts go to the one that was right last, and to the next when it is not. */
export class Servers {
  readonly #configs: readonly ClientConfig[]
  readonly #target: SessionTarget
  /** Which server attempts go to. */
  #current = 0
  /** How many servers in a row were not right. */
  #misses = 0

  constructor(configs: readonly ClientConfig[], target: SessionTarget) {
    this.#configs = configs
    this.#target = target
  }

  /** What the next `pg.Client` is made with. */
  get config(): ClientConfig {
    return this.#configs[this.#current] ?? {}
  }

  /** Whether the failure of the attempt that was made with `config` leaves another server to try before a pause. */
  miss(config: ClientConfig): boolean {
    // Attempts run side by side: only the first of them to fail moves on.
    if (config !== this.config) return true
    this.#current = (this.#current + 1) % this.#configs.length
    return ++this.#misses % this.#configs.length !== 0
  }

  /**
   * Logs a client in.
   *
   * @throws Error when the server is not of the kind that is wanted.
   */
  async login(client: Client): Promise<void> {
    const facts = this.#target === 'any' ? undefined : watchSession(client)
    await client.connect()
    const found = await facts?.()
    if (found && !isWanted(this.#target, found) && !this.#takesSecondBest) throw this.#refusal(client, found)
    this.#misses = 0
  }

  /** A standby was preferred, and none of the servers is one. */
  get #takesSecondBest(): boolean {
    return this.#target === 'prefer-standby' && this.#misses >= this.#configs.length
  }

  #refusal({ host, port }: Client, { isStandby, isReadOnly }: SessionFacts): Error {
    const kind = isStandby ? 'a standby' : isReadOnly ? 'read-only' : 'a primary that takes writes'
    return new Error(`Cannot use ${host}:${port} as target_session_attrs is ${this.#target}: it is ${kind}`)
  }
}
