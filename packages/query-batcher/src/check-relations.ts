import { checkOptions, instanceOrShape, record } from '@seawall/options'
import type { Relations } from './relation.ts'

const relation = instanceOrShape("a relation made by 'one' or 'many'", 'load')

/** Refuses anything that is not a record of relations; every name is allowed. */
export function checkRelations(action: string, relations: Relations<never>): void {
  checkOptions(action, { relations }, { relations: record('an object of relations') }, ['relations'])
  const rules = Object.fromEntries(Object.keys(relations).map((name) => [name, relation]))
  checkOptions(action, relations, rules, Object.keys(relations))
}
