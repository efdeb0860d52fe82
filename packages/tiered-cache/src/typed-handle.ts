import type { CacheKey } from './encode-key.ts'
import type { EntryOptions, ReadOptions } from './entry-options.ts'
import type { BulkLoader, LoadContext } from './load-context.ts'

/** What a handle needs of a schema: Standard Schema, version 1. Zod, Valibot and ArkType offer it. */
export interface Schema<T> {
  /** The part that all such libraries share. */
  readonly '~standard': {
    /** The version of the standard. */
    readonly version: 1
    /** Checks a value, and may bring it into shape. */
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>
  }
}

/** What a schema says of a value. */
export type SchemaResult<T> =
  | {
      /** The value, perhaps brought into shape. */
      readonly value: T
      /** Absent: the value is good. */
      readonly issues?: undefined
    }
  | {
      /** What is wrong. */
      readonly issues: readonly {
        /** In words. */
        readonly message: string
      }[]
    }

/** What `define` needs to know of entries of one kind. Freshness options are those of each entry. */
export interface HandleOptions<A, T> extends Omit<EntryOptions, 'tags'> {
  /** The key of an entry. Begin it with the kind: `(id: number) => ['user', id]`. */
  readonly key: (argument: A) => CacheKey
  /** The tags of an entry. */
  readonly tags?: (argument: A) => readonly string[]
  /**
   * Checks what is loaded, and what a shared tier has: an entry that does not keep it is a miss, as one that an older
   * version of the program has stored. It must take what it has brought into shape itself.
   */
  readonly schema?: Schema<T>
  /** Loads one entry. Left out: `loadMany` does. */
  readonly load?: (argument: A, context: LoadContext) => T | Promise<T>
  /** Loads several entries, in their order. Left out: `load` does, one by one. */
  readonly loadMany?: BulkLoader<A, T>
}

/** Entries of one kind. The methods do what those of the cache do. */
export interface Handle<A, T> {
  /** The value, loaded where it is missing. */
  get(argument: A, options?: Pick<ReadOptions, 'signal'>): Promise<T>
  /** The values, in their order, loaded where they are missing: by `loadMany`, if there is one. */
  getMany(args: readonly A[]): Promise<T[]>
  /** The value if memory has a fresh one. */
  peek(argument: A): T | undefined
  /** Loads although there is a value. */
  refresh(argument: A): Promise<T>
  /** Stores a value, which must keep the schema. */
  set(argument: A, value: T): Promise<void>
  /** Removes the entry. */
  delete(argument: A): Promise<void>
  /** Makes the entry stale. */
  expire(argument: A): Promise<void>
  /** The key of the entry, as `Cache` takes it. */
  keyOf(argument: A): CacheKey
}
