import type { StoredEntry } from './tier.ts'

/** Why there was no answer. */
export interface Failure {
  readonly error: unknown
}

/** Asks a tier for keys, and calls one of the two when it has answered. */
export type AskTier = (
  keys: readonly string[],
  done: (entries: readonly (StoredEntry | undefined)[]) => void,
  failed: (error: unknown) => void,
) => void

/** The keys that are asked of a tier in one tick, and what it says of them. */
export class ReadBatch {
  readonly keys: string[] = []
  /** Resolves when the tier has answered or failed. Who waits for it goes on in its own async context. */
  readonly told: Promise<void>
  /** What it has, in the order of the keys. */
  entries: readonly (StoredEntry | undefined)[] = []
  /** Why it has said nothing, if it has not. */
  failure: Failure | undefined
  /** When it was asked. */
  askedAt = 0
  /** When it has answered. */
  toldAt = 0
  #tell: () => void = () => undefined
  /** Who asks for a key first. */
  #first: object | undefined
  /** The keys, once a further one may be among them: a call never has the same key twice. */
  #known: Set<string> | undefined

  constructor() {
    this.told = new Promise((resolve) => (this.#tell = resolve))
  }

  /** Asks for a key, and returns its place among them. */
  add(key: string, asker: object): number {
    this.#first ??= asker
    this.#known?.add(key)
    return this.keys.push(key) - 1
  }

  /** Whether the key is asked for already. By the same asker it never is: what it wants is shared before it comes here. */
  has(key: string, asker: object): boolean {
    if (this.#known === undefined && asker !== this.#first) this.partFromEarlier()
    return this.#known?.has(key) === true
  }

  /** From now on the same asker may ask for the same key as well. */
  partFromEarlier(): void {
    this.#known ??= new Set(this.keys)
  }

  /** Asks, and tells all. */
  send(ask: AskTier, now: () => number): void {
    this.askedAt = now()
    const done = (entries: readonly (StoredEntry | undefined)[]) => {
      const { length } = this.keys
      if (!Array.isArray(entries) || entries.length !== length) {
        failed(new Error(`A call for ${length} keys did not bring as many answers`))
        return
      }
      this.toldAt = now()
      this.entries = entries
      this.#tell()
    }
    const failed = (error: unknown) => {
      this.failure = { error }
      this.#tell()
    }
    ask(this.keys, done, failed)
  }
}
