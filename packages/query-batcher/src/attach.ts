import type { Relations, RelationSource } from './relation.ts'

/** Loads every relation once for all rows, and lays the values on the rows. */
export async function attach<Row extends object>(
  rows: readonly Row[],
  relations: Relations<Row>,
  { db, path }: RelationSource,
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const names = Object.keys(relations)
  for (const name of names) if (Object.hasOwn(first, name)) throw clash(path, name)

  const loads = Object.entries(relations).map(([name, relation]) => {
    const source = { db, path: path === '' ? name : `${path}.${name}` }
    return () => relation.load(rows, source)
  })
  const values = db.isTransaction ? await inTurn(loads) : await together(loads)
  for (const [index, row] of rows.entries()) {
    for (const [column, name] of names.entries()) (row as Record<string, unknown>)[name] = values[column]?.[index]
  }
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

function clash(path: string, name: string): TypeError {
  const where = path === '' ? '' : ` below '${path}'`
  return new TypeError(`Cannot prefetch '${name}'${where} as the rows have a column of that name already`)
}
