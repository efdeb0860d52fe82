import type { PrefetchOptions } from './options.ts'
import type { RelationDatabase } from './relation.ts'

/** Runs a load on the database, or where a snapshot is wanted in a transaction that sees one. */
export function withinSnapshot<Value>(
  db: RelationDatabase,
  { snapshot = false }: PrefetchOptions,
  load: (db: RelationDatabase) => Promise<Value>,
): Promise<Value> {
  if (!snapshot) return load(db)
  if (db.isTransaction)
    throw new TypeError(
      "Cannot prefetch with a snapshot of its own as 'db' is a transaction already: start it as 'repeatable read' instead",
    )
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(load)
}
