import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Start } from '../runner.ts'
import { createLoader, type Library } from './loaders.ts'

/** One loader, and as many keys as there are operations. */
export interface MemorySetting {
  readonly library: Library
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function usedBytes(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

export const start: Start<MemorySetting> = async ({ library }) => ({
  async round(operations) {
    const before = usedBytes()
    const loader = createLoader(library)
    const waiting = await loadAll(operations, loader)
    // what the event loop still held of the batch is gone after a turn
    await new Promise((resolve) => setImmediate(resolve))
    const held = usedBytes()
    // the loader has to be alive while its memory is counted
    if ((await loader.load(0)) !== 0) throw new Error('A load went wrong')
    return {
      'bytes a key, waiting': (waiting - before) / operations,
      'bytes a key, held': (held - before) / operations,
    }
  },
})

/** Loads so many keys and drops the promises. Gives what was in use while all of them waited. */
async function loadAll(keys: number, loader: ReturnType<typeof createLoader>): Promise<number> {
  const promises: Promise<number>[] = []
  for (let key = 0; key < keys; key++) promises.push(loader.load(key))
  const waiting = usedBytes()
  await Promise.all(promises)
  return waiting
}
