/*
 * A relation loads, for many parents at once, what belongs to each of them. It answers in the order of the parents,
 * so that whoever asked can lay the answers beside the rows without knowing any key. `prefetch` asks every relation of
 * a level once, with all rows of that level: the number of statements follows from the shape of the tree alone.
 */
import type { Compilable, QueryResult } from 'kysely'

/** What is needed of a Kysely instance: a `Kysely`, a `Transaction` and a `ControlledTransaction` all fit. */
export interface RelationDatabase {
  /** Whether all statements share one connection, so that sibling relations have to take turns. */
  readonly isTransaction: boolean
  /** Runs a query and returns its rows. */
  executeQuery<Row>(query: Compilable<Row>): Promise<QueryResult<Row>>
}

/** Where a relation loads from, and under which name. */
export interface RelationSource {
  /** The database or transaction that every statement of one `prefetch` runs on. */
  readonly db: RelationDatabase
  /** The relation's name, below the names of the relations that it is nested in: `reviews.user`. */
  readonly path: string
}

/** What belongs to each parent of a list. `Parent` says which columns a parent must have. */
export interface Relation<in Parent, out Value> {
  /** Loads one value for each parent, in the order of the parents. */
  readonly load: (parents: readonly Parent[], source: RelationSource) => Promise<readonly Value[]>
}

/** Relations by the names under which their values are attached to a parent. */
export interface Relations<in Parent> {
  readonly [name: string]: Relation<Parent, unknown>
}

/** The same type with its properties written out, so that an editor shows them. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** A parent row together with what its relations have loaded. */
export type Prefetched<Parent, R> = Simplify<
  Parent & { -readonly [Name in keyof R]: R[Name] extends Relation<never, infer Value> ? Value : never }
>

/** Refuses a relation whose name is a column of the parent, since it would overwrite that column. */
export type NoClash<Parent, R> = {
  readonly [Name in keyof R & keyof Parent]: `'${Name & string}' is a column of the rows already`
}
