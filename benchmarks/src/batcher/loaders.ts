import { Batcher } from '@seawall/query-batcher'
import DataLoader from 'dataloader'

/** Who collects the loads. */
export type Library = 'dataloader' | 'Batcher'

/** Makes a loader whose batch function answers at once, so that nothing but the loader is measured. */
export function createLoader(library: Library, options: { cache?: false } = {}) {
  const echo = async (keys: readonly number[]) => keys.slice()
  return library === 'dataloader' ? new DataLoader(echo, options) : new Batcher(echo, options)
}
