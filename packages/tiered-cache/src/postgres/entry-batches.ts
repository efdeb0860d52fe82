import { createToken } from '../token.ts'
import type { NewEntry } from '../tier.ts'
import type { Bound } from '../bond.ts'
import type { PostgresKeys } from './postgres-keys.ts'

/** How long the payloads of one statement are together, unless a single one is longer. */
const maxBytes = 8 * 1024 * 1024

/** An entry that is to be stored, and what it is bound to. */
export interface BoundEntry {
  readonly key: string
  readonly entry: NewEntry
  readonly bound: Bound
}

/** The entries in groups, of which one statement stores each: bound to the same, and not too long together. */
export function entryBatches<T extends BoundEntry>(entries: readonly T[]): T[][] {
  const batches: T[][] = []
  const open = new Map<string, { batch: T[]; bytes: number }>()
  for (const one of entries) {
    const name = JSON.stringify([one.bound.generation, one.bound.pairs])
    const bytes = one.entry.payload.byteLength
    let group = open.get(name)
    if (group === undefined || group.bytes + bytes > maxBytes) {
      group = { batch: [], bytes: 0 }
      batches.push(group.batch)
      open.set(name, group)
    }
    group.batch.push(one)
    group.bytes += bytes
  }
  return batches
}

/** What the statements that store such a group are given. */
export function valuesOfBatch(keys: PostgresKeys, batch: readonly BoundEntry[]): unknown[] {
  const payloads = batch.map(({ entry }) => entry.payload)
  let end = 1
  const starts = payloads.map(({ byteLength }) => {
    const start = end
    end += byteLength
    return start
  })
  const { generation, pairs } = batch[0]?.bound ?? { generation: '', pairs: [] }
  return [
    batch.map(({ key }) => keys.entry(key)),
    batch.map(() => createToken()),
    Buffer.concat(payloads),
    starts,
    payloads.map(({ byteLength }) => byteLength),
    batch.map(({ entry }) => entry.softMs),
    batch.map(({ entry }) => entry.hardMs),
    generation,
    pairs.map(([tag]) => keys.tag(tag)),
    pairs.map(([, version]) => version),
  ]
}
