import { MissingRelationError } from '../errors.ts'
import type { Key } from '../key.ts'
import { attach, refuseClash } from './attach.ts'
import { noKey, parentKeys, type ParentKeys } from './parent-keys.ts'
import type { RelationSource, RelationSpec } from './relation.ts'
import { selectRows } from './select-rows.ts'

type Parents = readonly object[]

/** Loads what a relation gives to each of the parents, in their order. */
export async function loadRelation(spec: RelationSpec, parents: Parents, source: RelationSource): Promise<unknown[]> {
  const keys = parentKeys(parents, spec.on, source.path)
  if (spec.kind === 'many') return loadGroups(spec, parents, keys, source)
  if (spec.kind === 'one' || spec.kind === 'aggregate') return loadRowEach(spec, parents, keys, source)
  if (spec.kind === 'count') return loadValueEach(spec, keys, source, 0, countOf)
  return loadValueEach(spec, keys, source, false, isThere)
}

/** A value for each parent that a row gives to it, or `none`. */
async function loadValueEach(
  spec: RelationSpec,
  keys: ParentKeys,
  source: RelationSource,
  none: unknown,
  valueOf: (row: Record<string, unknown>) => unknown,
): Promise<unknown[]> {
  const values = Array.from({ length: keys.size }, () => none)
  await selectRows(spec, keys, source, (rows, numbers) => {
    for (const [index, row] of rows.entries()) values[numbers[index] as number] = valueOf(row)
  })
  return Array.from(keys.ofParents, (key) => (key === noKey ? none : values[key]))
}

/** An array for each parent, also where two parents have the same key. */
async function loadGroups(
  spec: RelationSpec,
  parents: Parents,
  keys: ParentKeys,
  source: RelationSource,
): Promise<object[][]> {
  const groups = Array.from({ length: keys.size }, (): object[] => [])
  const statement = await selectRows(spec, keys, source, (rows, numbers) => {
    for (let index = 0; index < rows.length; index++) groups[numbers[index] as number]?.push(rows[index] as object)
  })
  await attach(hasRelations(spec) ? groups.flat() : [], spec.relations, { ...source, parents: statement })
  const given = new Uint8Array(keys.size)
  return parents.map((parent, index) => {
    const key = keys.ofParents[index] as number
    const group = groups[key]
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
  const statement = await selectRows(spec, keys, source, (rows, numbers) => {
    for (const [index, row] of rows.entries()) {
      const key = numbers[index] as number
      if (byKey[key] !== null) throw twoRows(spec.on, source.path)
      byKey[key] = row
    }
  })
  const found = hasRelations(spec) ? byKey.filter((row) => row !== null) : []
  await attach(found, spec.relations, { ...source, parents: statement })
  const values = Array.from(keys.ofParents, (key) => (key === noKey ? null : (byKey[key] ?? null)))
  const missing = spec.required ? values.indexOf(null) : -1
  if (missing !== -1) throw missingRow(spec.on, parents[missing], source.path)
  return values
}

function hasRelations({ relations }: RelationSpec): boolean {
  return Object.keys(relations).length > 0
}

/** int8, which a driver may return as text, bigint or number. */
function countOf(row: Record<string, unknown>): number {
  return Number(row['prefetch value'])
}

function isThere(): boolean {
  return true
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
