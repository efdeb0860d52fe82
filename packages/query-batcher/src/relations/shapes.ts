import type { RelationDatabase } from './relation.ts'

/** The most shapes that are remembered of a database; above it, the oldest is forgotten. */
const maxShapes = 1_000

/** By the adapter, which a database, its transactions and its copies with other plugins share. */
const databases = new WeakMap<object, Map<string, unknown>>()

/** What the server has once said about a text of SQL, or about anything else that `shape` names. */
export async function rememberShape<Answer>(
  db: RelationDatabase,
  shape: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const { adapter } = db.getExecutor()
  const shapes = databases.get(adapter) ?? new Map<string, unknown>()
  databases.set(adapter, shapes)
  const known = shapes.get(shape)
  if (known !== undefined) return known as Answer
  const answer = await ask()
  const [oldest] = shapes.keys()
  if (shapes.size >= maxShapes && oldest !== undefined) shapes.delete(oldest)
  shapes.set(shape, answer)
  return answer
}

/** Forgets what a database has said, which its tables may have changed since. */
export function forgetShapes(db: RelationDatabase): void {
  databases.delete(db.getExecutor().adapter)
}
