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

const batches = channel('seawall:query-batcher:batch')

export function publishBatch(message: BatchMessage): void {
  if (batches.hasSubscribers) batches.publish(message)
}
