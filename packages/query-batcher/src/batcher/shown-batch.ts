import type { BatchInfo } from './batch-load-fn.ts'

/** What the batch function sees of its batch: nothing that it could change. */
export class ShownBatch implements BatchInfo {
  readonly #batch: BatchInfo

  constructor(batch: BatchInfo) {
    this.#batch = batch
  }

  get signal(): AbortSignal {
    return this.#batch.signal
  }

  get context(): unknown {
    return this.#batch.context
  }
}
