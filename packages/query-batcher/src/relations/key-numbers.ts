import type { Key } from '../key.ts'

/** Finds the number of a key; the part of a `Map` that is needed. */
export interface KeyNumbers {
  get(key: Key | undefined): number | undefined
  set(key: Key | undefined, number: number): unknown
}

/** Where to note the numbers of these keys, `undefined` among them aside. */
export function keyNumbers(keys: readonly (Key | undefined)[]): KeyNumbers {
  let low = Infinity
  let high = -Infinity
  for (const key of keys) {
    if (key === undefined) continue
    if (!Number.isSafeInteger(key)) return new Map()
    if ((key as number) < low) low = key as number
    if ((key as number) > high) high = key as number
  }
  const span = high - low + 1
  // serial numbers mostly lie close to each other
  return span > 0 && span <= keys.length * 8 ? new DenseNumbers(low, span) : new Map()
}

/** Integers that lie close to each other find their numbers by their places, several times as fast as in a `Map`. */
class DenseNumbers implements KeyNumbers {
  readonly #low: number
  /** One more than the number of each integer from `low` on; 0 where there is none. */
  readonly #places: Int32Array

  constructor(low: number, span: number) {
    this.#low = low
    this.#places = new Int32Array(span)
  }

  get(key: Key | undefined): number | undefined {
    if (typeof key !== 'number') return undefined
    const place = this.#places[key - this.#low]
    return place === undefined || place === 0 ? undefined : place - 1
  }

  set(key: Key | undefined, number: number): void {
    this.#places[(key as number) - this.#low] = number + 1
  }
}
