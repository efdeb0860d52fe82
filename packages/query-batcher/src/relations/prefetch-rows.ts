import { attach } from './attach.ts'
import { checkPrefetchOptions, type PrefetchOptions } from './options.ts'
import type { NoClash, Prefetched, RelationDatabase, Relations } from './relation.ts'
import { checkRelations } from './with-relations.ts'
import { withinSnapshot } from './within-snapshot.ts'

/**
 * Loads relations of rows at hand, as `prefetch` does. The rows are copied and not changed.
 *
 * @param db - The database or the transaction.
 * @param rows - The parents, with the keys of the relations.
 * @param relations - The relations by the names that their values get.
 * @param options - A signal, and whether all statements shall read one snapshot.
 * @returns Copies of the rows in the same order, each with its relations.
 * @throws TypeError when `relations` holds anything but relations, or a key is neither string, number nor bigint.
 * @throws MissingRelationError when a required row is missing.
 */
export async function prefetchRows<Parent extends object, R extends Relations<Parent>>(
  db: RelationDatabase,
  rows: readonly Parent[],
  relations: R & NoClash<Parent, R>,
  options: PrefetchOptions = {},
): Promise<Prefetched<Parent, R>[]> {
  checkRelations('prefetch', relations)
  checkPrefetchOptions('prefetch', options)
  return (await loadCopies(db, rows, relations, options)) as Prefetched<Parent, R>[]
}

/** Copies of rows, with their relations; all has been checked. */
export async function loadCopies(
  db: RelationDatabase,
  rows: readonly object[],
  relations: Relations<never>,
  options: PrefetchOptions,
): Promise<object[]> {
  if (rows.length === 0) return []
  const { signal } = options
  return withinSnapshot(db, options, async (on) => {
    const copies = rows.map((row) => ({ ...row }))
    await attach(copies, relations, { db: on, path: '', signal })
    return copies
  })
}
