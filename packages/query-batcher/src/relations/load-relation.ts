import { MissingRelationError } from '../errors.ts'
import type { Key } from '../key.ts'
import { attach, refuseClash } from './attach.ts'
import { copyOf } from './copy-of.ts'
import { groupRows } from './group-rows.ts'
import { noKey } from './key-numbers.ts'
import { parentKeys, type ParentKeys } from './parent-keys.ts'
import type { RelationSource, RelationSpec } from './relation.ts'
import { selectRows } from './select-rows.ts'

type Parents = readonly object[]

/** Loads what a relation gives to each of the parents, in their order. */
export async function loadRelation(spec: RelationSpec, parents: Parents, source: RelationSource): Promise<unknown[]> {
  const keys = parentKeys(parents, spec.on, source.path)
  if (spec.kind === 'many') return loadGroups(spec, parents, keys, source)
  if (spec.kind === 'one' || spec.kind === 'aggregate') return loadRowEach(spec, parents, keys, source)
  const { none, valueOf } = spec.kind === 'count' ? counted : seen
  const values = Array.from({ length: keys.size }, (): unknown => none)
  await selectRows(spec, keys, source, ({ rows, keys: numbers }) => {
    rows.forEach((row, index) => {
      const key = numbers[index] as number
      if (key !== noKey) values[key] = valueOf(row)
    })
  })
  return ofParents(keys, values, none)
}

/** int8, which a driver may return as text, bigint or number. */
const counted = { none: 0, valueOf: (row: Record<string, unknown>) => Number(row['prefetch value']) }
const seen = { none: false, valueOf: () => true }

/** What the key of each parent has; `none` where it has no key. */
function ofParents<Value>({ ofParents: numbers }: ParentKeys, values: readonly Value[], none: Value): Value[] {
  const found: Value[] = []
  for (const key of numbers) found.push(key === noKey ? none : (values[key] as Value))
  return found
}

/** An array for each parent, also where two parents have the same key. */
async function loadGroups(
  spec: RelationSpec,
  parents: Parents,
  keys: ParentKeys,
  source: RelationSource,
): Promise<object[][]> {
  const groups: object[][] = []
  const statement = await selectRows(spec, keys, source, (children) => groupRows(children, groups))
  await attach(hasRelations(spec) ? groups.flat() : [], spec.relations, { ...source, parents: statement })
  const given = new Uint8Array(keys.size)
  return parents.map((parent, index) => {
    const key = keys.ofParents[index] as number
    const group = key === noKey ? undefined : groups[key]
    if (group === undefined) return []
    if (given[key] === 1) return group.slice()
    given[key] = 1
    if (spec.backReference !== undefined) referBack(group, spec.backReference, parent, source.path)
    return group
  })
}

/** The row of each parent; parents with the same key have the same one. */
async function loadRowEach(
  spec: RelationSpec,
  parents: Parents,
  keys: ParentKeys,
  source: RelationSource,
): Promise<(object | null)[]> {
  const byKey = Array.from({ length: keys.size }, (): object | null => null)
  const statement = await selectRows(spec, keys, source, ({ rows, columns, keys: numbers }) => {
    rows.forEach((row, index) => {
      const key = numbers[index] as number
      if (key === noKey) return
      if (byKey[key] !== null) throw twoRows(spec.on, source.path)
      byKey[key] = columns === undefined ? row : copyOf(row, columns)
    })
  })
  const found = hasRelations(spec) ? byKey.filter((row) => row !== null) : []
  await attach(found, spec.relations, { ...source, parents: statement })
  const values = ofParents(keys, byKey, null)
  const missing = spec.required ? values.indexOf(null) : -1
  if (missing !== -1) throw missingRow(spec.on, parents[missing], source.path)
  return values
}

function hasRelations({ relations }: RelationSpec): boolean {
  return Object.keys(relations).length > 0
}

/** Not enumerable, so that JSON does not go in circles. */
export function referBack(rows: readonly object[], name: string, parent: object, path: string): void {
  const [first] = rows
  if (first !== undefined) refuseClash(first, name, path)
  for (const row of rows) Object.defineProperty(row, name, { value: parent, writable: true, configurable: true })
}

/** The error of a required relation that has no row for a parent. */
export function missingRow(on: RelationSpec['on'], parent: object | undefined, path: string): MissingRelationError {
  const parts = on.map(({ column }) => (parent as Record<string, Key | null> | undefined)?.[column] ?? null)
  const references = on.map(({ reference }) => reference).join(', ')
  return new MissingRelationError(path, references, parts.length === 1 ? (parts[0] ?? null) : parts)
}

/** The error of a relation to one row that has two for a parent. */
export function twoRows(on: RelationSpec['on'], path: string): Error {
  const references = on.map(({ reference }) => reference).join(', ')
  return new Error(`Cannot prefetch '${path}' as two of its rows have the same '${references}': use 'many' instead`)
}
