import type { Start } from '../runner.ts'
import { createLoader, type Library } from './loaders.ts'

/** What one loader is asked for in one tick; a loader is made for it, as for a request. */
export interface LoadsSetting {
  readonly library: Library
  /** How many loads. */
  readonly loads: number
  /** How many different keys. */
  readonly keys: number
  readonly many?: boolean
  readonly cache?: false
}

export const start: Start<LoadsSetting> = async ({ library, loads, keys, many = false, cache }) => {
  const wanted = Array.from({ length: loads }, (_, index) => index % keys)
  const options = cache === false ? { cache } : {}
  return {
    async round(operations) {
      for (let done = 0; done < operations; done += loads) {
        const loader = createLoader(library, options)
        const values = many ? await loader.loadMany(wanted) : await Promise.all(wanted.map((key) => loader.load(key)))
        if (values.length !== loads || values[loads - 1] !== wanted[loads - 1]) throw new Error('A load went wrong')
      }
    },
  }
}
