/*
 * A meter keeps the counters of one quota in this process, each in a numbered slot of flat arrays: no object and no timer
 * for a key. Times are whole microseconds on a clock that never goes back. At every new time the caller first asks
 * `waitUs`, which forgets what is over.
 */
import type { Quota } from '../store.ts'

/** The counters of one quota, by slot. */
export interface Meter {
  /** Makes room for so many slots; new ones hold nothing. */
  grow(slots: number): void
  /** How long a cost would have to wait: 0 when it fits now, the window when it never would. */
  waitUs(slot: number, cost: number, now: number): number
  /** Counts a cost, whether it fits or not, and says when the slot will hold nothing any more. */
  add(slot: number, cost: number, now: number): number
  /** Takes back a cost: of what was added at the stamp, or of what was added last. */
  takeBack(slot: number, cost: number, now: number, stamp: number | undefined): void
  /** How many ones would fit. */
  remaining(slot: number, now: number): number
  /** How long until one more would fit; 0 when nothing is used. */
  resetUs(slot: number, now: number): number
  /** When the slot holds nothing any more. */
  emptyAt(slot: number): number
  /** Empties a slot. */
  clear(slot: number): void
}

/** What a sum of fractions may be off by. */
export const rounding = 1e-6

/** The window of a quota in microseconds. */
export function windowUsOf({ windowMs }: Quota): number {
  return windowMs * 1_000
}

/** A longer copy of an array of numbers. */
export function longer<A extends Float64Array | Uint16Array | Uint8Array | Int32Array>(array: A, length: number): A {
  const Kind = array.constructor as new (length: number) => A
  const copy = new Kind(length)
  copy.set(array)
  return copy
}
