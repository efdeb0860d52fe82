import type { SelectQueryBuilder } from 'kysely'
import { attach } from './attach.ts'
import type { Key } from './key.ts'
import type { CheckedOptions } from './options.ts'
import { parentKeys } from './parent-keys.ts'
import type { Relations, RelationSource } from './relation.ts'
import { selectChildren, type Children } from './select-children.ts'

/** What `one` and `many` have in common: where the children come from, and what they relate to themselves. */
export interface ChildQuery {
  readonly options: CheckedOptions
  readonly relations: Relations<object>
  readonly select: (keys: readonly (Key | null)[], source: RelationSource) => Promise<Children>
}

/** The children of a list of parents, and the key of each parent. */
export interface Loaded extends Children {
  readonly parentKeys: readonly (Key | null)[]
}

export function childQuery<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  options: CheckedOptions,
): ChildQuery {
  return { options, relations: {}, select: (keys, source) => selectChildren(query, options, keys, source) }
}

/** Loads the children of all parents, then what those children relate to, level by level. */
export async function loadChildren(
  { options, relations, select }: ChildQuery,
  parents: readonly object[],
  source: RelationSource,
): Promise<Loaded> {
  const keys = parentKeys(parents, options.column, source.path)
  const children = await select(keys, source)
  await attach(children.rows, relations, source)
  return { ...children, parentKeys: keys }
}
