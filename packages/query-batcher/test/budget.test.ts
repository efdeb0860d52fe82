import { tracingChannel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDatabase } from '@seawall/services'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Kysely as Kysely28, PostgresDialect as PostgresDialect28 } from 'kysely28'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  countQueries,
  expectQueries,
  queryBudget,
  QueryBudgetError,
  recordQuery,
  repeatDetector,
  type QueryReport,
} from '../src/budget.ts'
import { openPool } from './open-pool.ts'
import { schema, type Bookstore } from './schema.ts'

let database: Awaited<ReturnType<typeof createDatabase>>
let db: Kysely<Bookstore>

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  const pool = openPool(database.url, { max: 5 })
  await pool.query(schema)
  db = new Kysely<Bookstore>({ dialect: countQueries(new PostgresDialect({ pool })) })
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

/** The very mistake that the guards are for. */
async function authorsOneByOne(ids: readonly number[]): Promise<void> {
  for (const id of ids) await db.selectFrom('author').select('name').where('id', '=', id).execute()
}

const ten = Array.from({ length: 10 }, (_, index) => index + 1)

async function errorOf(work: PromiseLike<unknown>): Promise<QueryBudgetError> {
  try {
    await work
  } catch (error) {
    if (error instanceof QueryBudgetError) return error
    throw error
  }
  throw new Error('no error')
}

test('passes what sends as many statements as expected, with its result', async () => {
  const query = db.selectFrom('author').select('name')
  expect(await expectQueries(1, () => query.execute())).toEqual([])
  expect(await expectQueries({ max: 3 }, () => query.execute())).toEqual([])
  expect(await expectQueries(0, () => 'nothing')).toBe('nothing')
})

test('fails with the statements, their counts and call sites when there are too many', async () => {
  const { code, report, message } = await errorOf(expectQueries({ max: 3 }, () => authorsOneByOne(ten)))
  expect(code).toBe('ERR_QUERY_BUDGET')
  expect(report).toMatchObject({ queries: 10, max: 3 })
  expect(report.statements).toHaveLength(1)
  expect(message).toMatch(/^10 statements were sent, at most 3 allowed\n/)
  expect(message).toContain('10 × select "name" from "author" where "id" = $1\n')
  expect(message).toMatch(/at \S*budget\.test\.ts:\d+/)
  expect(message).toContain("load them with one(db.selectFrom('author')…, { on: ['author.id', 'author_id'] })")
})

test('fails when there are too few', async () => {
  const query = db.selectFrom('author').select('name')
  expect((await errorOf(expectQueries(2, () => query.execute()))).message).toContain('at least 2 were expected')
})

test('passes on what the function fails with', async () => {
  await expect(expectQueries(1, () => Promise.reject(new RangeError('down')))).rejects.toThrow(RangeError)
})

test('counts the statements of a transaction, and not what begins and ends it', async () => {
  const work = () =>
    db.transaction().execute(async (trx) => {
      await trx.selectFrom('author').select('name').execute()
    })
  await expectQueries(1, work)
  expect(await expectQueries(1, work)).toBe(undefined)
})

test('counts what an inner scope sends in the outer one, too', async () => {
  const inner = () => expectQueries(2, () => authorsOneByOne([1, 2]))
  const { report } = await errorOf(expectQueries(0, inner))
  expect(report.queries).toBe(2)
})

test('keeps scopes that run at the same time apart', async () => {
  const counts = [0, 1, 2, 3].map((count) => expectQueries(count, () => authorsOneByOne(ten.slice(0, count))))
  expect(await Promise.all(counts)).toHaveLength(4)
})

test('shows no values of a statement', async () => {
  const work = () => sql.raw("select 'secret' as a, 4711 as b").execute(db)
  const { message, report } = await errorOf(expectQueries(0, work))
  expect(report.statements[0]?.sql).toBe('select ? as a, ? as b')
  expect(message).not.toMatch(/secret|4711/)
})

test('takes statements that differ in their values alone for one', async () => {
  const { report } = await errorOf(expectQueries(0, () => ten.forEach((id) => recordQuery(`select ${id}`))))
  expect(report.statements).toMatchObject([{ sql: 'select ?', count: 10 }])
})

test('counts on Kysely 0.28 as well', async () => {
  const pool = openPool(database.url, { max: 1 })
  const older = new Kysely28<Bookstore>({ dialect: countQueries(new PostgresDialect28({ pool })) })
  const query = () => older.selectFrom('author').select('name').execute()
  const work = async () => [await query(), await query()]
  expect(await expectQueries(2, work)).toEqual([[], []])
  await older.destroy()
})

test("counts the statements that Seawall's pool tells", async () => {
  const queries = tracingChannel<unknown, { sql: string }>('seawall:pooled-db:query')
  const send = () => queries.start.runStores({ sql: 'select 1' }, () => Promise.resolve('row'))
  expect(await expectQueries(1, send)).toBe('row')
})

test('remembers a bounded number of statements and counts all', async () => {
  const work = () => {
    for (let index = 0; index < 1_000; index++) recordQuery(`select column_${index}`)
  }
  const { report, message } = await errorOf(expectQueries(0, work))
  expect(report.queries).toBe(1_000)
  expect(report.statements).toHaveLength(100)
  expect(message).toContain('and 80 other statements')
})

function reports() {
  const seen: QueryReport[] = []
  return { seen, onReport: (report: QueryReport) => void seen.push(report) }
}

test('reports a request over its budget when its promise ends, and no other', async () => {
  const { seen, onReport } = reports()
  const budget = queryBudget(3, { onReport })
  await budget.run(() => authorsOneByOne([1, 2, 3]))
  expect(seen).toEqual([])
  await budget.run(() => authorsOneByOne([1, 2, 3, 4]))
  expect(seen).toMatchObject([{ queries: 4, max: 3, repeated: [] }])
  expect(seen[0]?.statements[0]?.at).toMatch(/budget\.test\.ts:\d+:\d+$/)
})

test('reports a statement that is repeated, whatever the budget', async () => {
  const { seen, onReport } = reports()
  await queryBudget(50, { onReport }).run(() => authorsOneByOne(ten))
  await repeatDetector({ onReport, repeats: 5 }).run(() => authorsOneByOne(ten))
  expect(seen.map(({ max }) => max)).toEqual([50, Infinity])
  for (const { repeated } of seen) {
    expect(repeated).toMatchObject([{ count: 10, at: expect.stringMatching(/budget\.test\.ts:\d+/) }])
    expect(repeated[0]?.advice).toContain('one(')
  }
})

test('reports also when the request fails, and leaves its error as it is', async () => {
  const { seen, onReport } = reports()
  const work = async () => {
    await authorsOneByOne(ten)
    throw new RangeError('down')
  }
  await expect(queryBudget(3, { onReport, throws: true }).run(work)).rejects.toThrow(RangeError)
  expect(seen).toHaveLength(1)
})

test('reports also when the handler throws at once', () => {
  const { seen, onReport } = reports()
  const work = () => {
    ten.forEach(() => recordQuery('select 1'))
    throw new RangeError('down')
  }
  expect(() => queryBudget(3, { onReport, throws: true }).run(work)).toThrow(RangeError)
  expect(seen).toMatchObject([{ queries: 10 }])
})

test('throws instead, where it can', async () => {
  const { seen, onReport } = reports()
  const budget = queryBudget(3, { onReport, throws: true })
  await expect(budget.run(() => authorsOneByOne(ten))).rejects.toThrow(QueryBudgetError)
  expect(() => budget.run(() => ten.forEach(() => recordQuery('select 1')))).toThrow(QueryBudgetError)
  expect(seen).toEqual([])
})

test('counts until the response is closed where the handler returns before', async () => {
  const { seen, onReport } = reports()
  const budget = queryBudget(3, { onReport })
  const server = createServer((_, response) => {
    budget.run(() => {
      setTimeout(() => void authorsOneByOne([1, 2, 3, 4, 5]).then(() => response.end()), 5)
    }, response)
  }).listen(0)
  await once(server, 'listening')
  const [response] = await once(get({ port: (server.address() as AddressInfo).port, agent: false }), 'response')
  response.resume()
  await expect.poll(() => seen.length).toBe(1)
  server.close()
  expect(seen).toMatchObject([{ queries: 5, max: 3 }])
})

test('warns once for each finding by default', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  const budget = queryBudget(3)
  for (let request = 0; request < 3; request++) await budget.run(() => authorsOneByOne(ten))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatchObject({ name: 'QueryBudgetWarning', code: 'SEAWALL_QUERY_BUDGET' })
  expect(warnings[0]?.message).toMatch(/^10 statements were sent, at most 3 allowed\n {2}10 × select/)
})

test.each([
  [() => queryBudget(-1), RangeError, "'max' must be an integer of at least 0, or Infinity"],
  [() => queryBudget('5' as never), TypeError, "'max' must be"],
  [() => queryBudget(5, { repeats: 1 }), RangeError, "'repeats' must be"],
  [() => repeatDetector({ repeat: 5 } as never), TypeError, "did you mean 'repeats'?"],
])('refuses bad options: %s', (create, Class, message) => {
  expect(create).toThrow(Class)
  expect(create).toThrow(message)
})

test('refuses an expectation that is none', async () => {
  await expect(expectQueries({ max: 1.5 }, () => 1)).rejects.toThrow(RangeError)
  await expect(expectQueries({} as never, () => 1)).rejects.toThrow(TypeError)
})

test('refuses to expect more than it allows, before it runs anything', async () => {
  let hasRun = false
  const failed = expectQueries({ min: 3, max: 1 }, () => (hasRun = true))
  await expect(failed).rejects.toThrow(
    new RangeError("Cannot expect queries as 'min' must be at most 'max', 1: current value is 3"),
  )
  expect(hasRun).toBe(false)
})
