import { channel } from 'node:diagnostics_channel'

/** One statement of a relation, as told on the diagnostics channel `seawall:query-batcher:batch` after it has answered. */
export interface BatchMessage {
  /** The relation's name, below the names of the relations that it is nested in: `reviews.user`. */
  readonly relation: string
  /** How many different keys the statement asked for. */
  readonly keys: number
  /** How many rows it returned. */
  readonly rows: number
}

/** One batch of a `Batcher`, as told on the same channel at its end. Told apart by `batcher`. */
export interface LoadMessage {
  /** The batcher's name, `null` where it has none. */
  readonly batcher: string | null
  /** How many keys the batch asked for. */
  readonly keys: number
  /** How long it took, the wait for a place by `maxConcurrency` included. */
  readonly durationMs: number
  /** The class of the error that it failed with; absent when it did not. */
  readonly error?: string
}

const batches = channel('seawall:query-batcher:batch')

/** Whether anyone listens, for whom a message is worth its making. */
export function isPublished(): boolean {
  return batches.hasSubscribers
}

export function publishBatch(message: BatchMessage | LoadMessage): void {
  if (batches.hasSubscribers) batches.publish(message)
}
