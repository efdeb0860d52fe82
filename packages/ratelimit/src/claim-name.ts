import type { RateLimitStore } from './store.ts'

const claimed = new WeakMap<RateLimitStore, Set<string>>()

/**
 * Takes a name on a store: two limits of one name would count each other's requests.
 *
 * @throws TypeError for a name that is taken.
 */
export function claimName(name: string, store: RateLimitStore): void {
  const names = claimed.get(store) ?? new Set()
  if (names.has(name))
    throw new TypeError(
      `Cannot create a rate limit as 'name' must be another than that of a limit on the same store: current value is "${name}"`,
    )
  claimed.set(store, names.add(name))
}
