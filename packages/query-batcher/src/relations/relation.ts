/*
 * A relation loads, for many parents at once, what belongs to each of them. It answers in the order of the parents,
 * so that whoever asked can lay the answers beside the rows without knowing any key. `prefetch` asks every relation of
 * a level once, with all rows of that level: the number of statements follows from the shape of the tree alone. What
 * the relations of this package are made of stands in their `spec`, from which they can also become part of the
 * parents' own statement, as a JOIN or as JSON.
 */
import type { Expression, QueryExecutorProvider, SelectQueryBuilder } from 'kysely'

/** What is needed of a Kysely instance: a `Kysely`, a `Transaction` and a `ControlledTransaction` all fit. */
export interface RelationDatabase extends QueryExecutorProvider {
  /** Whether all statements share one connection, so that sibling relations have to take turns. */
  readonly isTransaction: boolean
  /** Starts a transaction, for `snapshot`. */
  transaction(): SnapshotBuilder
}

/** What is needed of the builder of a transaction to read from one snapshot. */
export interface SnapshotBuilder {
  /** Asks for one snapshot for all statements. */
  setIsolationLevel(level: 'repeatable read'): {
    /** Asks for a transaction that cannot write. */
    setAccessMode(mode: 'read only'): {
      /** Runs a function in the transaction. */
      execute<Value>(callback: (trx: RelationDatabase) => Promise<Value>): Promise<Value>
    }
  }
}

/** Where a relation loads from, and under which name. */
export interface RelationSource {
  /** The database or transaction that every statement of one `prefetch` runs on. */
  readonly db: RelationDatabase
  /** The relation's name, below the names of the relations that it is nested in: `reviews.user`. */
  readonly path: string
  /** Ends the load: no statement starts after it is aborted. */
  readonly signal?: AbortSignal | undefined
  /**
   * With the strategy `'subquery'`, the statement of the parents, which stands for the list of their keys. Who loads for
   * other rows than the parents leaves it out.
   */
  readonly parents?: SelectStatement | undefined
}

/** What belongs to each parent of a list. `Parent` says which columns a parent must have. */
export interface Relation<in Parent, out Value> {
  /** Loads one value for each parent, in the order of the parents. */
  readonly load: (parents: readonly Parent[], source: RelationSource) => Promise<readonly Value[]>
  /** What the relation is made of; a relation of one's own has none, and is always loaded by `load`. */
  readonly spec?: RelationSpec | undefined
}

/** Relations by the names under which their values are attached to a parent. */
export interface Relations<in Parent> {
  readonly [name: string]: Relation<Parent, unknown>
}

/** A query of any tables: the public functions have checked its columns by their types. */
export type AnyQuery = SelectQueryBuilder<Record<string, Record<string, unknown>>, string, object>

/** A query that can stand in the from clause of another one. */
export type SelectStatement = Expression<unknown>

/** Two columns that belong together. */
export interface KeyPair {
  /** The child's column, as the child query calls it. */
  readonly reference: string
  /** The parent's column, as the parent's rows call it. */
  readonly column: string
}

/** How the statement of a relation with `limit` or `offset` takes them for each parent. */
export type PerParent = 'lateral' | 'window'

/** What a relation is made of, after all checks, defaults filled in. */
export interface RelationSpec {
  /** Which function has made the relation, and so which value a parent gets. */
  readonly kind: 'aggregate' | 'count' | 'exists' | 'many' | 'one'
  /** Selects the children of any parent. */
  readonly query: AnyQuery
  /** The columns of the key, at least one. */
  readonly on: readonly KeyPair[]
  /** The most keys in one statement. */
  readonly maxKeys: number
  /** Whether a parent without a row is an error. */
  readonly required: boolean
  /** The most rows of one parent. */
  readonly limit: number | undefined
  /** How many rows of each parent to leave out first. */
  readonly offset: number
  /** The form of the statement with `limit` or `offset`; left out, the planner is asked. */
  readonly perParent: PerParent | undefined
  /** The name under which each row knows its parent. */
  readonly backReference: string | undefined
  /** The relations of the relation's own rows. */
  readonly relations: Relations<never>
}

/** The same type with its properties written out, so that an editor shows them. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** A parent row together with what its relations have loaded. */
export type Prefetched<Parent, R> = Simplify<
  Parent & {
    -readonly [Name in keyof R]: R[Name] extends Relation<never, infer Value> ? Loaded<R[Name], Value, Parent> : never
  }
>

/** A relation whose rows may know their parent. */
export interface BackReferring<out Name> {
  /** The name under which each row knows its parent, where the options gave one. */
  readonly backReference: Name
}

/** What a relation gives to a parent: its value, whose rows know the parent where `backReference` names it. */
export type Loaded<R, Value, Parent> =
  R extends BackReferring<infer Name>
    ? [Extract<Name, string>] extends [never]
      ? Value
      : Value extends readonly (infer Row)[]
        ? Simplify<Row & { readonly [N in Name & string]: Parent }>[]
        : Value
    : Value

/** Refuses a relation whose name is a column of the parent; names that only the running program knows are let through. */
export type NoClash<Parent, R> = {
  readonly [
    Name in keyof R & keyof Parent as string extends keyof R ? never : Name
  ]: `'${Name & string}' is a column of the rows already`
}
