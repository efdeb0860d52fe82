/** Something that waits for Redis. */
export interface Outgoing {
  readonly reject: (error: unknown) => void
}

/** How gathered things are sent, and what becomes of the reply. */
export interface Post<T extends Outgoing> {
  /** How many things go into one call. */
  readonly most: number
  send(items: readonly T[]): Promise<readonly number[]>
  deliver(items: readonly T[], reply: readonly number[]): void
}

/** Gathers what is to be sent in one turn of the event loop, and sends it in one call. */
export class Outbox<T extends Outgoing> {
  readonly #post: Post<T>
  #items: T[] = []
  /** Calls that are not answered yet. */
  #calls = 0

  constructor(post: Post<T>) {
    this.#post = post
  }

  add(item: T): void {
    this.#items.push(item)
    if (this.#items.length === 1) this.#schedule()
    if (this.#items.length >= this.#post.most) this.#flush()
  }

  /** At once when nothing is on its way, so that a lone thing does not wait; else with all of this turn. */
  #schedule(): void {
    if (this.#calls === 0) process.nextTick(() => this.#flush())
    else setImmediate(() => this.#flush())
  }

  #flush(): void {
    const items = this.#items
    if (items.length === 0) return
    this.#items = []
    this.#calls++
    this.#post.send(items).then(
      (reply) => {
        this.#calls--
        this.#post.deliver(items, reply)
      },
      (error: unknown) => {
        this.#calls--
        for (const { reject } of items) reject(error)
      },
    )
  }
}
