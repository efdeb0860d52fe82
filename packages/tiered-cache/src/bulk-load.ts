import type { BulkLoader } from './load-context.ts'
import { TickBatch } from './tick-batch.ts'

/** A loader of one key that gathers what is missing at the same time into calls of a loader of many. */
export function bulkLoad<K, T>(loadMissing: BulkLoader<K, T>): (key: K) => Promise<T> {
  const batch = new TickBatch<K, T | Error>(async (missing) => {
    const values = await loadMissing(missing)
    const isComplete = Array.isArray(values) && values.length === missing.length
    if (isComplete) return values as readonly (T | Error)[]
    throw new TypeError(`Cannot load ${missing.length} keys as the loader must return an array with a value for each`)
  })
  return async (key) => {
    const value = await batch.ask(key)
    if (value instanceof Error) throw value
    return value
  }
}
