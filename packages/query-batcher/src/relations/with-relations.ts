import { checkOptions, instanceOrShape, record } from '@seawall/options'
import type { RelationSpec, Relations } from './relation.ts'

const relation = instanceOrShape("a relation made by 'one', 'many', 'count', 'exists' or 'aggregate'", 'load')

/** Refuses anything that is not a record of relations; every name is allowed. */
export function checkRelations(action: string, relations: Relations<never>): void {
  checkOptions(action, { relations }, { relations: record('an object of relations') }, ['relations'])
  const rules = Object.fromEntries(Object.keys(relations).map((name) => [name, relation]))
  checkOptions(action, relations, rules, Object.keys(relations))
}

/** The same spec with relations of the relation's own rows. */
export function withRelations(spec: RelationSpec, relations: Relations<never>): RelationSpec {
  const action = `add relations to a '${spec.kind}' relation`
  checkRelations(action, relations)
  for (const name of Object.keys(relations)) {
    if (name !== spec.backReference && !Object.hasOwn(spec.relations, name)) continue
    throw new TypeError(`Cannot ${action} as '${name}' is the name of another one already`)
  }
  return { ...spec, relations: { ...spec.relations, ...relations } }
}
