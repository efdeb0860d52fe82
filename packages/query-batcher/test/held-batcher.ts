import { Batcher, type BatcherOptions, type BatchInfo } from '../src/index.ts'

interface HeldBatch {
  readonly keys: readonly number[]
  readonly info: BatchInfo
  readonly answer: () => void
  readonly fail: (error: unknown) => void
}

/** A batcher whose batches end when the test says so. */
export function held(options: BatcherOptions<number, number> = {}) {
  const batches: HeldBatch[] = []
  const batcher = new Batcher<number, number>(
    (keys, info) =>
      new Promise<readonly number[]>((resolve, reject) => {
        batches.push({ keys, info, answer: () => resolve(keys), fail: reject })
      }),
    options,
  )
  return { batcher, batches }
}

/** Until everything that is due has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
