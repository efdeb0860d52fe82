import type { Relation, Relations, RelationSource } from './relation.ts'

/** Loads every relation once for all rows, and lays the values on the rows. */
export async function attach(
  rows: readonly object[],
  relations: Relations<never>,
  source: RelationSource,
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const named = Object.entries(relations) as [string, Relation<object, unknown>][]
  for (const [name] of named) refuseClash(first, name, source.path)
  const loads = named.map(
    ([name, relation]) =>
      () =>
        relation.load(rows, { ...source, path: below(source.path, name) }),
  )
  const values = source.db.isTransaction ? await inTurn(loads) : await together(loads)
  for (const [column, [name]] of named.entries()) {
    const loaded = values[column] ?? []
    for (let index = 0; index < rows.length; index++) (rows[index] as Record<string, unknown>)[name] = loaded[index]
  }
}

/** The name of a relation below the names of those that it is nested in. */
export function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Refuses to overwrite a column. */
export function refuseClash(row: object, name: string, path: string): void {
  if (Object.hasOwn(row, name)) throw clash(name, path)
}

/** The error of a relation with the name of a column. */
export function clash(name: string, path: string): TypeError {
  const where = path === '' ? '' : ` below '${path}'`
  return new TypeError(`Cannot prefetch '${name}'${where} as the rows have a column of that name already`)
}

async function inTurn<Value>(loads: readonly (() => Promise<Value>)[]): Promise<Value[]> {
  const values: Value[] = []
  for (const load of loads) values.push(await load())
  return values
}

/** Waits for all of them, also when one has failed: no statement outlives the call that started it. */
async function together<Value>(loads: readonly (() => Promise<Value>)[]): Promise<Value[]> {
  const outcomes = await Promise.allSettled(loads.map((load) => load()))
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}
