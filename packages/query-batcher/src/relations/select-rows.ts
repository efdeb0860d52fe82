import { publishBatch } from '../batch-channel.ts'
import { keyAlias } from './aliases.ts'
import { childStatement } from './child-statement.ts'
import { copyOf } from './copy-of.ts'
import { keyList, keysOf, type KeySource } from './key-source.ts'
import { noKey, type ParentKeys } from './parent-keys.ts'
import { perParentStatement } from './per-parent.ts'
import type { RelationSource, RelationSpec, SelectStatement } from './relation.ts'
import { run, type Statement } from './statement.ts'

type Row = Record<string, unknown>

/** Takes children, without what stood beside them, and the number of the key of each. */
export type TakeRows = (rows: readonly Row[], keys: Int32Array) => void

/**
 * Selects the children of all keys: one statement for every `maxKeys` of them, none for no key. Returns the statement
 * where the children's own relations shall use it instead of their keys.
 */
export async function selectRows(
  spec: RelationSpec,
  keys: ParentKeys,
  source: RelationSource,
  take: TakeRows,
): Promise<SelectStatement | undefined> {
  if (keys.size === 0) return undefined
  if (source.parents !== undefined) {
    const statement = await statementOf(spec, keysOf(spec, source.parents), source)
    collect(spec, keys, await runPart(statement, keys.size, source), source, take)
    return statement.nested
  }
  for (let start = 0; start < keys.size; start += spec.maxKeys) {
    const part = keys.columns.map((values) => values.slice(start, start + spec.maxKeys))
    const statement = await statementOf(spec, keyList(spec, part), source)
    const size = Math.min(spec.maxKeys, keys.size - start)
    collect(spec, keys, await runPart(statement, size, source), source, take)
  }
  return undefined
}

async function runPart(statement: Statement, keys: number, source: RelationSource): Promise<Row[]> {
  const rows = await run<Row>(source, statement.compile(source.db))
  publishBatch({ relation: source.path, keys, rows: rows.length })
  return rows
}

function statementOf(spec: RelationSpec, keys: KeySource, source: RelationSource): Statement | Promise<Statement> {
  if (spec.limit === undefined && spec.offset === 0) return childStatement(spec, keys)
  return perParentStatement(spec, keys, source)
}

function collect(
  spec: RelationSpec,
  keys: ParentKeys,
  rows: Row[],
  { path, parents }: RelationSource,
  take: TakeRows,
): void {
  const numbers = keys.ofRows(rows)
  const added = new Set(['prefetch position', ...spec.on.map((_, index) => keyAlias(index))])
  const columns = Object.keys(rows[0] ?? {}).filter((name) => !added.has(name))
  // in place, so that the driver's rows are garbage at once, whoever still holds the array
  for (let index = 0; index < rows.length; index++) rows[index] = copyOf(rows[index] as Row, columns)
  if (!numbers.includes(noKey)) {
    take(rows, numbers)
    return
  }
  if (parents === undefined) throw unaskedKey(spec, path)
  // the parents' own statement may see other parents by now: their children are none of ours
  const isOurs = (_: unknown, index: number) => numbers[index] !== noKey
  take(
    rows.filter(isOurs),
    numbers.filter((number) => number !== noKey),
  )
}

function unaskedKey({ on }: RelationSpec, path: string): Error {
  const references = on.map(({ reference }) => reference).join("', '")
  return new Error(
    `Cannot prefetch '${path}' as the database returned a row whose '${references}' has not the text of any key: ` +
      'the columns need the same text for the same key, and a raw "or" in the query needs parentheses',
  )
}
