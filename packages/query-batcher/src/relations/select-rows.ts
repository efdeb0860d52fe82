import { publishBatch } from '../batch-channel.ts'
import { keyAlias } from './aliases.ts'
import { childStatement } from './child-statement.ts'
import { noKey } from './key-numbers.ts'
import { keyList, keysOf, type KeySource } from './key-source.ts'
import type { ParentKeys } from './parent-keys.ts'
import { perParentStatement } from './per-parent.ts'
import { columnNames, nameOfColumn } from './query-columns.ts'
import type { RelationSource, RelationSpec, SelectStatement } from './relation.ts'
import { run, type Statement } from './statement.ts'

type Row = Record<string, unknown>

/** What one statement has found. */
export interface Children {
  /** The rows as the driver gives them. */
  readonly rows: readonly Row[]
  /** The columns that belong to a row; `undefined` where all of them do. */
  readonly columns: readonly string[] | undefined
  /** The number of each row's key; `noKey` where it belongs to none of the parents. */
  readonly keys: Int32Array
  /** The numbers of the keys that were asked for, from the first one up to the one before the end. */
  readonly asked: readonly [first: number, end: number]
}

/**
 * Selects the children of all keys: one statement for every `maxKeys` of them, none for no key. Returns the statement
 * where the children's own relations shall use it instead of their keys.
 */
export async function selectRows(
  spec: RelationSpec,
  keys: ParentKeys,
  source: RelationSource,
  take: (children: Children) => void,
): Promise<SelectStatement | undefined> {
  if (keys.size === 0) return undefined
  const own = ownKeys(spec, source)
  if (source.parents !== undefined) {
    const statement = await statementOf(spec, keysOf(spec, source.parents), own, source)
    const rows = await runPart(statement, keys.size, source)
    take(childrenOf(spec, keys, rows, { own, asked: [0, keys.size], source }))
    return statement.nested
  }
  for (let first = 0; first < keys.size; first += spec.maxKeys) {
    const end = Math.min(first + spec.maxKeys, keys.size)
    const part = keys.columns.map((values) => values.slice(first, end))
    const statement = await statementOf(spec, keyList(spec, part), own, source)
    const rows = await runPart(statement, end - first, source)
    take(childrenOf(spec, keys, rows, { own, asked: [first, end], source }))
  }
  return undefined
}

async function runPart(statement: Statement, keys: number, source: RelationSource): Promise<Row[]> {
  const rows = await run<Row>(source, statement.compile(source.db))
  publishBatch({ relation: source.path, keys, rows: rows.length })
  return rows
}

function isLimited({ limit, offset }: RelationSpec): boolean {
  return limit !== undefined || offset !== 0
}

function statementOf(
  spec: RelationSpec,
  keys: KeySource,
  own: readonly string[] | undefined,
  source: RelationSource,
): Statement | Promise<Statement> {
  return isLimited(spec) ? perParentStatement(spec, keys, source) : childStatement(spec, keys, own)
}

/** The names of the key's columns in rows that have them anyway; a plugin might rename them. */
function ownKeys(spec: RelationSpec, { db }: RelationSource): readonly string[] | undefined {
  const isRow = spec.kind === 'many' || spec.kind === 'one'
  if (!isRow || isLimited(spec) || db.getExecutor().plugins.length > 0) return undefined
  const names = columnNames(spec.query) ?? []
  const own = spec.on.map(({ reference }) => nameOfColumn(spec.query, reference) ?? '')
  // of two columns with one name a driver gives the last one
  return own.every((name) => names.includes(name) && names.indexOf(name) === names.lastIndexOf(name)) ? own : undefined
}

function childrenOf(
  spec: RelationSpec,
  keys: ParentKeys,
  rows: readonly Row[],
  { own, asked, source }: Pick<Children, 'asked'> & { own: readonly string[] | undefined; source: RelationSource },
): Children {
  const names = own ?? spec.on.map((_, index) => keyAlias(index))
  const numbers = keys.ofRows(rows, names)
  // the parents' own statement may see other parents by now: their children are none of ours
  if (source.parents === undefined && numbers.includes(noKey)) throw unaskedKey(spec, source.path)
  if (own !== undefined) return { rows, columns: undefined, keys: numbers, asked }
  const added = new Set(['prefetch position', ...names])
  const columns = Object.keys(rows[0] ?? {}).filter((name) => !added.has(name))
  return { rows, columns, keys: numbers, asked }
}

function unaskedKey({ on }: RelationSpec, path: string): Error {
  const references = on.map(({ reference }) => reference).join("', '")
  return new Error(
    `Cannot prefetch '${path}' as the database returned a row whose '${references}' has not the text of any key: ` +
      'the columns need the same text for the same key, and a raw "or" in the query needs parentheses',
  )
}
