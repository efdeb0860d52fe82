import type { StoredEntry } from './tier.ts'

/** Why there was no answer. */
export interface Failure {
  readonly error: unknown
}

/** Makes of what a tier says an answer for those who have asked. */
export interface ReadTaker<A, Seen> {
  /** Answers with an entry, which was asked for and told at these moments, or returns what was seen if that is not enough. */
  take(asker: A, entry: StoredEntry | undefined, askedAt: number, now: number): Seen | undefined
  /** Goes on from there, in the async context of who asked. Does not throw. */
  goOn(asker: A, seen: Seen | Failure): void
}

/** Who asks for a key. */
export interface ReadAsker {
  readonly key: string
  readonly taker: ReadTaker<never, unknown>
}

/** The same, given to its own taker. */
interface Told extends ReadAsker {
  readonly taker: ReadTaker<ReadAsker, unknown>
}

/** The keys that are asked of a tier in one tick, and who waits for them. */
export class ReadBatch {
  readonly keys: string[] = []
  readonly #askers: ReadAsker[] = []
  /** Resolves when somebody has to go on. Else its reactions never run: what they cost is to be registered. */
  readonly #more: Promise<void>
  #resumeAll: () => void = () => undefined
  /** How many were resumed. Reactions run in the order in which they were asked for, so one function does for all. */
  #resumed = 0
  /** What those saw who have to go on, at their places. */
  readonly #seen: unknown[] = []
  /** The keys, once a further one may be among them: a call never has the same key twice. */
  #known: Set<string> | undefined
  readonly #resumeNext = () => this.#resume(this.#resumed++)

  constructor() {
    this.#more = new Promise((resolve) => (this.#resumeAll = resolve))
  }

  add(asker: ReadAsker): void {
    this.keys.push(asker.key)
    this.#known?.add(asker.key)
    this.#askers.push(asker)
    void this.#more.then(this.#resumeNext)
  }

  /** Whether the key is asked for already. Those of one taker never are: what they want is shared before it comes here. */
  has({ key, taker }: ReadAsker): boolean {
    if (this.#known === undefined && taker !== this.#askers[0]?.taker) this.partFromEarlier()
    return this.#known?.has(key) === true
  }

  /** From now on those of one taker may ask for the same key as well. */
  partFromEarlier(): void {
    this.#known ??= new Set(this.keys)
  }

  /** Asks, and tells all. */
  send(read: (keys: readonly string[]) => Promise<readonly (StoredEntry | undefined)[]>, now: () => number): void {
    const askedAt = now()
    read(this.keys).then(
      (entries) => {
        const { length } = this.keys
        if (entries.length === length) this.#tell(entries, askedAt, now())
        else this.#fail(new Error(`A call for ${length} keys brought ${entries.length} answers`))
      },
      (error: unknown) => this.#fail(error),
    )
  }

  /** Tells all in one go: were each to wait for a promise of the batch, each would cost as much again. */
  #tell(entries: readonly (StoredEntry | undefined)[], askedAt: number, now: number): void {
    const askers = this.#askers as readonly Told[]
    let isEnough = true
    for (let place = 0; place < askers.length; place++) {
      const seen = take(askers[place] as Told, entries[place], askedAt, now)
      if (seen === undefined) continue
      this.#seen[place] = seen
      isEnough = false
    }
    if (!isEnough) this.#resumeAll()
  }

  #fail(error: unknown): void {
    const failure: Failure = { error }
    for (let place = 0; place < this.#askers.length; place++) this.#seen[place] = failure
    this.#resumeAll()
  }

  #resume(place: number): void {
    const seen = this.#seen[place]
    const asker = this.#askers[place] as Told
    if (seen !== undefined) asker.taker.goOn(asker, seen)
  }
}

/** Whatever is wrong with one key must not keep the others of the batch waiting. */
function take(asker: Told, entry: StoredEntry | undefined, askedAt: number, now: number): unknown {
  try {
    return asker.taker.take(asker, entry, askedAt, now)
  } catch (error) {
    return { error }
  }
}
