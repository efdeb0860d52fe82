import { createDatabase, type TestDatabase } from '@seawall/services'
import fc, { type GeneratorValue } from 'fast-check'
import { Kysely, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { join, prefetch, prefetchRows, prefetchStream, type RelationDatabase } from '../src/kysely.ts'
import { openPool } from './open-pool.ts'
import { bruteForce, inOrder } from './random/brute-force.ts'
import { createTables, relationsOf, rootQuery, type Db } from './random/relations.ts'
import { anyShop, type Row } from './random/shop.ts'
import { anyColumns, anyWishes, type Wish } from './random/tree.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  pool = openPool(database.url, { max: 4 })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const ways = ['select', 'json', 'subquery', 'join', 'rows', 'stream'] as const
const places = ['database', 'transaction', 'snapshot'] as const

test('whatever the tables, their rows and the relations, every way to load them is what looking at every row gives', async () => {
  await fc.assert(fc.asyncProperty(fc.gen(), checkAnyLoad), { numRuns: 120, interruptAfterTimeLimit: 10_000 })
}, 120_000)

async function checkAnyLoad(g: GeneratorValue): Promise<void> {
  const tables = anyShop(g)
  const root = g(() => fc.constantFrom(...tables))
  const wishes = anyWishes(g, tables, root)
  const columns = anyColumns(g, root, wishes)
  const order = root.key.map((name) => [name, g(() => fc.constantFrom('asc' as const, 'desc' as const))] as const)
  // one for each shop, as the columns of a table are remembered
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  await createTables(db, tables)

  const way = g(() => fc.constantFrom(...ways))
  const place = g(() => fc.constantFrom(...places))
  const query = rootQuery(db, root, columns, order)
  const relations = relationsOf(db, wishes)
  const load = async (on: RelationDatabase, snapshot: boolean): Promise<object[]> => {
    if (way === 'join') return join(on, query, relations, { snapshot })
    if (way === 'rows') return prefetchRows(on, await query.execute(), relations, { snapshot })
    if (way !== 'stream') return prefetch(on, query, relations, { strategy: way, snapshot })
    const rows = []
    const chunkSize = g(fc.integer, { min: 1, max: 4 })
    for await (const row of prefetchStream(on, await query.execute(), relations, { chunkSize })) rows.push(row)
    return rows
  }
  const loaded =
    place === 'transaction'
      ? await db.transaction().execute((trx) => load(trx, false))
      : await load(db, place === 'snapshot')

  expect(loaded).toEqual(bruteForce(inOrder(root, order), columns, wishes))
  checkOwners(loaded as Row[], wishes)
}

/** Every row of a relation with a back-reference knows a parent with its key, of which JSON says nothing. */
function checkOwners(parents: readonly Row[], wishes: readonly Wish[]): void {
  for (const [index, { kind, link, hasBackReference, children }] of wishes.entries()) {
    if (kind !== 'many' && kind !== 'one') continue
    for (const parent of parents) {
      const value = (parent as Record<string, unknown>)[`r${String(index)}`] as Row | null | Row[]
      const rows = [value ?? []].flat()
      checkOwners(rows, children)
      for (const row of kind === 'many' && hasBackReference ? rows : []) {
        const { value: owner, enumerable } = Object.getOwnPropertyDescriptor(row, 'owner') ?? {}
        expect(enumerable).toBe(false)
        for (const [, own] of link.on) expect((owner as Row)[own]).toBe(parent[own])
      }
    }
  }
}
