import type { CompiledQuery, OperationNode, SelectQueryNode, WithNode } from 'kysely'

/** Functions that a standby runs without complaint, and that have an effect there which is then missed on the primary. */
const sideEffects = /advisory_|set_config|pg_notify/

/**
 * Whether a replica can answer a statement: a select that Kysely has built, which locks nothing and changes nothing in its
 * `with`. SQL that was written by hand is taken for a write.
 */
export function isRead({ query, sql }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' && isPlain(query as SelectQueryNode) && !sideEffects.test(sql)
}

function isPlain(query: SelectQueryNode): boolean {
  return query.endModifiers === undefined && (query.with === undefined || readsOnly(query.with))
}

/** PostgreSQL allows changes only in the outermost `with`. */
function readsOnly({ expressions }: WithNode): boolean {
  return expressions.every(({ expression }) => isSelect(expression))
}

function isSelect(node: OperationNode): boolean {
  return node.kind === 'SelectQueryNode' && isPlain(node as SelectQueryNode)
}
