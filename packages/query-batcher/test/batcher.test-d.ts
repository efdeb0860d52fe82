import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type DataLoader from 'dataloader'
import { Kysely, PostgresDialect, type Dialect } from 'kysely'
import { Kysely as Kysely28, PostgresDialect as PostgresDialect28 } from 'kysely28'
import type { Pool } from 'pg'
import { expectTypeOf, test } from 'vitest'
import { countQueries, expectQueries, queryBudget } from '../src/budget.ts'
import { Batcher, groupBy, keyBy, perRequest, type BatchLoadFn } from '../src/index.ts'

interface Author {
  readonly id: number
  readonly name: string
}

declare const authorsById: (ids: readonly number[]) => Promise<(Author | null)[]>
declare const request: IncomingMessage
declare const response: ServerResponse
declare const pool: Pool

test('infers key and value from the batch function', () => {
  const batcher = new Batcher(authorsById)
  expectTypeOf(batcher.load(1)).toEqualTypeOf<Promise<Author | null>>()
  expectTypeOf(batcher.loadMany([1])).toEqualTypeOf<Promise<(Author | Error | null)[]>>()
  // @ts-expect-error a key of another type
  void batcher.load('1')
  // @ts-expect-error a value of another type
  batcher.prime(1, 'Lem')
})

test('fits where a DataLoader is expected, and takes its batch functions', () => {
  type Face = 'load' | 'loadMany' | 'prime' | 'clear' | 'clearAll' | 'name'
  const batcher = new Batcher<number, Author | null>(authorsById)
  expectTypeOf(batcher).toExtend<Pick<DataLoader<number, Author | null>, Face>>()
  expectTypeOf<DataLoader.BatchLoadFn<number, Author>>().toExtend<BatchLoadFn<number, Author>>()
  const cacheMap: DataLoader.CacheMap<number, Promise<Author | null>> = new Map()
  void new Batcher<number, Author | null>(authorsById, { cacheMap })
})

test('takes no batch function with a second parameter of its own', () => {
  const findByIds = async (ids: readonly number[], limit = 10) => ids.slice(0, limit)
  // @ts-expect-error the second argument is what the batcher tells
  void new Batcher<number, number>(findByIds)
})

test('tells the batch function a signal and a context', () => {
  const load: BatchLoadFn<number, number> = async (keys, { signal, context }) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(context).toBeUnknown()
    return keys
  }
  void new Batcher(load, { context: new AsyncLocalStorage<string>() })
  void new Batcher(load, { context: () => 'tenant' })
  // @ts-expect-error neither a store nor a function
  void new Batcher(load, { context: 'tenant' })
  // @ts-expect-error misspelt
  void new Batcher(load, { maxBatchsize: 5 })
})

test('takes what keyBy and groupBy answer', () => {
  const rows: Author[] = []
  const one = new Batcher(async (ids: readonly number[]) => keyBy(rows, ids, (author) => author.id))
  const many = new Batcher(async (ids: readonly number[]) => groupBy(rows, ids, (author) => author.id))
  expectTypeOf(one.load(1)).toEqualTypeOf<Promise<Author | null>>()
  expectTypeOf(many.load(1)).toEqualTypeOf<Promise<Author[]>>()
})

test("takes any framework's request", () => {
  const loadersOf = perRequest((given: IncomingMessage) => ({ url: given.url }))
  expectTypeOf(loadersOf(request)).toEqualTypeOf<{ url: string | undefined }>()
  const anyOf = perRequest(() => ({ authors: new Batcher(authorsById) }))
  expectTypeOf(anyOf(new Request('http://shop.example')).authors.load(1)).toEqualTypeOf<Promise<Author | null>>()
  // @ts-expect-error no object, so nothing that goes away
  anyOf('request')
})

test('counts on the dialects of both Kyselys', () => {
  expectTypeOf(countQueries(new PostgresDialect({ pool }))).toExtend<Dialect>()
  void new Kysely<object>({ dialect: countQueries(new PostgresDialect({ pool })) })
  void new Kysely28<object>({ dialect: countQueries(new PostgresDialect28({ pool })) })
})

test('gives what it runs', () => {
  expectTypeOf(expectQueries(1, () => 'page')).toEqualTypeOf<Promise<string>>()
  expectTypeOf(expectQueries({ max: 1 }, async () => 5)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(queryBudget(5).run(async () => 5, response)).toEqualTypeOf<Promise<number>>()
})
