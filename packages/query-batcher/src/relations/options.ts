import { boolean, checkOptions, integer, oneOf, string, type Rule } from '@seawall/options'
import type { KeyPairs } from './key-of.ts'
import type { KeyPair, PerParent } from './relation.ts'

/** How a relation finds what belongs to a parent. */
export interface RelationOptions<On extends KeyPairs> {
  /**
   * The child's column that holds the key, as the child query calls it (`'review.book_id'`), and the parent's column
   * with the same key, as the parent's rows call it (`'id'`). A key of several columns is a list of such pairs. The
   * child query need not select its columns.
   */
  readonly on: On
  /**
   * The most different keys in one statement. Above it the keys are split, and the relation takes as many statements as
   * there are parts, one after another. At least 1.
   *
   * @default 10_000
   */
  readonly maxKeys?: number | undefined
}

/** How `one` finds the row of a parent. */
export interface OneOptions<On extends KeyPairs, Required extends boolean> extends RelationOptions<On> {
  /**
   * Whether every parent must have its row. With `true` the value is never `null`, the parent's column may not be
   * nullable, and a missing row is a `MissingRelationError`. The database should hold a foreign key that promises it.
   *
   * @default false
   */
  readonly required?: Required | undefined
}

/** How `many` finds the rows of a parent. */
export interface ManyOptions<On extends KeyPairs, Back extends string> extends RelationOptions<On> {
  /** The most rows of one parent, the first ones in the order of the query. At least 1. Left out: all of them. */
  readonly limit?: number | undefined
  /**
   * How many rows of each parent to leave out before the first.
   *
   * @default 0
   */
  readonly offset?: number | undefined
  /**
   * How `limit` and `offset` are taken for each parent. `'lateral'` asks for the rows of one key after the other, which
   * an index on the key and the order makes fast; `'window'` numbers all rows of all keys. Left out, PostgreSQL's
   * planner is asked which of the two costs less, once for each text of the statement.
   */
  readonly perParent?: PerParent | undefined
  /**
   * The name under which each row knows its parent; of parents with the same key, the first. The property is not
   * enumerable, so that `JSON.stringify` does not go in circles.
   */
  readonly backReference?: Back | undefined
}

/** How rows and their relations are loaded. */
export interface PrefetchOptions {
  /**
   * Ends the load: no further statement starts, and with Kysely 0.29 the one that runs is left. What the server does
   * with that one follows from Kysely's dialect.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Whether all statements read the same snapshot: they run in a `repeatable read, read only` transaction of their own,
   * on one connection and so one after another.
   *
   * @default false
   */
  readonly snapshot?: boolean | undefined
}

/** How a query and the relations of its rows are loaded. */
export interface QueryOptions extends PrefetchOptions {
  /**
   * How the children are found. `'select'` asks for the keys of the parents at hand, one statement per relation;
   * `'subquery'` puts the parents' own query in place of the keys, which spares sending very many of them, and wants a
   * query that returns the same parents each time: a `limit` needs an order without ties; `'json'` has the database put
   * all relations into the rows of one statement.
   *
   * @default 'select'
   */
  readonly strategy?: 'select' | 'json' | 'subquery' | undefined
}

/** How the relations of a stream are loaded. */
export interface StreamOptions {
  /** How many rows to wait for before their relations are loaded. At least 1. */
  readonly chunkSize: number
  /** Ends the load: no further statement starts, and with Kysely 0.29 the one that runs is left. */
  readonly signal?: AbortSignal | undefined
}

const pairs: Rule = {
  must: "two names, the child's column and the parent's, or a list of such pairs",
  isType: (value) => isPair(value) || (Array.isArray(value) && value.every(isPair)),
  isInRange: (value) =>
    keyPairs(value as KeyPairs).length > 0 && (value as unknown[]).flat().every((name) => name !== ''),
}

const signal: Rule = { must: 'an AbortSignal', isType: (value) => value instanceof AbortSignal }

export const relationRules = { on: pairs, maxKeys: integer({ min: 1 }) }
export const oneRules = { ...relationRules, required: boolean }
export const manyRules = {
  ...relationRules,
  limit: integer({ min: 1 }),
  offset: integer({ min: 0 }),
  perParent: oneOf('lateral', 'window'),
  backReference: string(),
}

/** Checks the options of `prefetchRows` and `join`. */
export function checkPrefetchOptions(action: string, options: PrefetchOptions): void {
  checkOptions(action, options, { signal, snapshot: boolean })
}

/** Checks the options of `prefetch`. */
export function checkQueryOptions(options: QueryOptions): void {
  const rules = { signal, snapshot: boolean, strategy: oneOf('select', 'json', 'subquery') }
  checkOptions('prefetch', options, rules)
}

/** Checks the options of `prefetchStream`. */
export function checkStreamOptions(options: StreamOptions): void {
  checkOptions('prefetch a stream', options, { chunkSize: integer({ min: 1 }), signal }, ['chunkSize'])
}

/** Both forms of `on` as a list. */
export function keyPairs(on: KeyPairs): KeyPair[] {
  const list = typeof on[0] === 'string' ? [on as readonly [string, string]] : (on as readonly [string, string][])
  return list.map(([reference, column]) => ({ reference, column }))
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((name) => typeof name === 'string')
}
