import type { Flight } from './flights.ts'
import type { Asker } from './tick-batch.ts'
import type { StoredEntry } from './tier.ts'

/** Why there was no answer. */
export interface Failure {
  readonly error: unknown
}

/** Who asks the nearest shared tier for keys. */
export interface Inquirer<Want, Seen> {
  /** Ends the flight with the entry's value if that will do, and returns what was seen if it will not. */
  take(inquiry: Inquiry<Want, Seen>, entry: StoredEntry | undefined, askedAt: number, now: number): Seen | undefined
  /** Goes on from what was seen. */
  goOn(inquiry: Inquiry<Want, Seen>, seen: Seen | Failure): void
}

/** The question for one key that a flight begins with. Most flights end with its answer. */
export class Inquiry<Want, Seen> implements Asker<string, StoredEntry | undefined> {
  readonly question: string
  readonly flight: Flight
  readonly want: Want
  readonly #inquirer: Inquirer<Want, Seen>
  /** What was seen when it was not enough. */
  #seen: Seen | Failure | undefined

  constructor(flight: Flight, want: Want, inquirer: Inquirer<Want, Seen>) {
    this.question = flight.key
    this.flight = flight
    this.want = want
    this.#inquirer = inquirer
  }

  take(entry: StoredEntry | undefined, askedAt: number, now: number): boolean {
    try {
      this.#seen = this.#inquirer.take(this, entry, askedAt, now)
    } catch (error) {
      // Whatever is wrong with one key must not keep the others of the batch waiting.
      this.#seen = { error }
    }
    return this.#seen === undefined
  }

  fail(error: unknown): void {
    this.#seen = { error }
  }

  resume(): void {
    if (this.#seen !== undefined) this.#inquirer.goOn(this, this.#seen)
  }
}
