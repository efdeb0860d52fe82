import { checkStreamOptions, type StreamOptions } from './options.ts'
import { loadCopies } from './prefetch-rows.ts'
import type { NoClash, Prefetched, RelationDatabase, Relations } from './relation.ts'
import { checkRelations } from './with-relations.ts'

/**
 * Loads relations of the rows of a stream, chunk by chunk, so that no more than a chunk is in memory. The stream holds
 * a connection of its own while it is read: a stream of the transaction that `db` is would wait for itself.
 *
 * @param db - The database that the relations are loaded from.
 * @param rows - The parents, with the keys of the relations: `query.stream()`, or any other iterable.
 * @param relations - The relations by the names that their values get.
 * @param options - How many rows make a chunk.
 * @returns Copies of the rows in the same order, each with its relations.
 * @throws TypeError when `relations` holds anything but relations, or a key is neither string, number nor bigint.
 * @throws RangeError for a `chunkSize` outside its range.
 * @throws MissingRelationError when a required row is missing.
 */
export function prefetchStream<Parent extends object, R extends Relations<Parent>>(
  db: RelationDatabase,
  rows: AsyncIterable<Parent> | Iterable<Parent>,
  relations: R & NoClash<Parent, R>,
  options: StreamOptions,
): AsyncGenerator<Prefetched<Parent, R>, void, undefined> {
  checkRelations('prefetch', relations)
  checkStreamOptions(options)
  return inChunks(db, rows, relations, options) as AsyncGenerator<Prefetched<Parent, R>, void, undefined>
}

async function* inChunks(
  db: RelationDatabase,
  rows: AsyncIterable<object> | Iterable<object>,
  relations: Relations<never>,
  { chunkSize, signal }: StreamOptions,
): AsyncGenerator<object, void, undefined> {
  let chunk: object[] = []
  for await (const row of rows) {
    chunk.push(row)
    if (chunk.length < chunkSize) continue
    yield* await loadCopies(db, chunk, relations, { signal })
    chunk = []
  }
  yield* await loadCopies(db, chunk, relations, { signal })
}
