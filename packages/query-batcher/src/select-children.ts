import { sql, type Compilable, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { publishBatch } from './batch-channel.ts'
import type { Key } from './key.ts'
import type { CheckedOptions } from './options.ts'
import type { RelationSource } from './relation.ts'

/** No underscore and no capital, so that Kysely's CamelCasePlugin leaves it as it is. */
const keyAlias = 'prefetch key'

interface KeyedRow {
  readonly [keyAlias]: Key
}

/** Rows of a child query, and beside each the text of the key that it was found by. */
export interface Children {
  readonly rows: object[]
  readonly keys: string[]
}

/** Selects the children of all keys: one statement for every `maxKeys` of them, none for no key. */
export async function selectChildren<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  { reference, maxKeys }: CheckedOptions,
  wanted: readonly (Key | null)[],
  { db, path }: RelationSource,
): Promise<Children> {
  const distinct = distinctKeys(wanted)
  const keys = [...distinct.values()]
  const children: Children = { rows: [], keys: [] }
  for (let start = 0; start < keys.length; start += maxKeys) {
    const part = keys.slice(start, start + maxKeys)
    const { rows } = await db.executeQuery(withKeys(query, reference, part))
    publishBatch({ relation: path, keys: part.length, rows: rows.length })
    for (const { [keyAlias]: key, ...row } of rows) {
      const text = String(key)
      if (!distinct.has(text)) throw unaskedKey(path, reference)
      children.keys.push(text)
      children.rows.push(row)
    }
  }
  return children
}

function distinctKeys(keys: readonly (Key | null)[]): Map<string, Key> {
  const distinct = new Map<string, Key>()
  for (const key of keys) {
    if (key !== null) distinct.set(String(key), key)
  }
  return distinct
}

function withKeys<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  reference: string,
  keys: readonly Key[],
): Compilable<KeyedRow> {
  const column = sql.ref<Key | null>(reference)
  return query.where(sql<SqlBool>`${column} = any(${keys})`).select(column.as(keyAlias))
}

function unaskedKey(path: string, reference: string): Error {
  return new Error(
    `Cannot prefetch '${path}' as the database returned a row whose '${reference}' has not the text of any key: ` +
      'the two columns need the same text for the same key, and a raw "or" in the query needs parentheses',
  )
}
