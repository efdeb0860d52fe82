import { checkOptions, instanceOrShape, type Rules } from '@seawall/options'
import type { SelectQueryNode } from 'kysely'
import type { KeyPairs } from './key-of.ts'
import { keyPairs, type ManyOptions, type OneOptions, type RelationOptions } from './options.ts'
import type { AnyQuery, RelationSpec } from './relation.ts'

type AnyOptions = RelationOptions<KeyPairs> & Omit<OneOptions<KeyPairs, boolean> & ManyOptions<KeyPairs, string>, 'on'>

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

/** Checks the query and the options of a relation, and fills in the defaults. */
export function createSpec<Options extends RelationOptions<KeyPairs>>(
  kind: RelationSpec['kind'],
  query: { toOperationNode(): object },
  options: Options,
  rules: Rules<Options>,
): RelationSpec {
  checkQuery(query)
  checkOptions(`create a '${kind}' relation`, options, rules, ['on'])
  const { on, maxKeys = 10_000, required = false, limit, offset = 0, perParent, backReference }: AnyOptions = options
  return {
    kind,
    query: query as AnyQuery,
    on: keyPairs(on),
    maxKeys,
    required,
    limit,
    offset,
    perParent,
    backReference,
    relations: {},
  }
}

/** Refuses a child query to which the key filter cannot be added without changing its meaning. */
function checkQuery(query: { toOperationNode(): object }): void {
  checkOptions('create a relation', { query }, { query: selectQuery }, ['query'])
  const node: Partial<SelectQueryNode> = query.toOperationNode()
  for (const [clause, words] of Object.entries(sharedClauses)) {
    if (node[clause as keyof typeof sharedClauses] === undefined) continue
    throw new TypeError(
      `Cannot create a relation as its query has '${words}', which would act on the rows of all parents together: ` +
        "give 'limit' and 'offset' to 'many', or put it into a subquery of the from clause if it is meant for all",
    )
  }
}
