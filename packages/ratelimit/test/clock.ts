/** A clock that a test turns. */
export interface Clock {
  /** The time in milliseconds. */
  readonly now: () => number
  /** Turns it. */
  readonly pass: (ms: number) => void
}

/** Makes a clock that stands still until it is turned. */
export function createClock(): Clock {
  let time = 1_000
  return { now: () => time, pass: (ms) => void (time += ms) }
}
