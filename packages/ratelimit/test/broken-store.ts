import type { RateLimitStore } from '../src/index.ts'

/** A store that cannot answer; it says so by what `fail` does. */
export function brokenStore(fail: () => never | Promise<never> = rejectGone): RateLimitStore {
  return { consume: fail, decide: fail, peek: fail, adjust: fail, block: fail, reset: fail }
}

/** Fails at once. */
export function throwGone(): never {
  throw new Error('gone')
}

/** Fails later. */
export function rejectGone(): Promise<never> {
  return Promise.reject(new Error('gone'))
}
