import { checkOptions, instanceOrShape } from '@seawall/options'
import type { SelectQueryNode } from 'kysely'

const selectQuery = instanceOrShape('a select query of Kysely', 'select', 'where', 'toOperationNode')

/** Clauses that would act on the children of all parents together, and so give each parent the wrong rows. */
const sharedClauses = {
  distinctOn: 'distinct on',
  fetch: 'fetch',
  limit: 'limit',
  offset: 'offset',
  setOperations: 'union, intersect or except',
  top: 'top',
} as const satisfies Partial<Record<keyof SelectQueryNode, string>>

/** Refuses a child query to which the key filter cannot be added without changing its meaning. */
export function checkQuery(query: { toOperationNode(): object }): void {
  checkOptions('create a relation', { query }, { query: selectQuery }, ['query'])
  const node: Partial<SelectQueryNode> = query.toOperationNode()
  for (const [clause, words] of Object.entries(sharedClauses)) {
    if (node[clause as keyof typeof sharedClauses] === undefined) continue
    throw new TypeError(
      `Cannot create a relation as its query has '${words}', which would act on the rows of all parents together: ` +
        'put it into a subquery of the from clause if that is meant',
    )
  }
}
