import { AsyncLocalStorage } from 'node:async_hooks'
import { createDatabase } from '@seawall/services'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Batcher, keyBy } from '../src/index.ts'
import { openPool } from './open-pool.ts'

interface Invoice {
  readonly id: number
  readonly tenant: string
}

const tenants = new AsyncLocalStorage<string>()
let database: Awaited<ReturnType<typeof createDatabase>>
let owner: Pool
let pool: Pool

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  owner = openPool(database.url, { max: 1 })
  const role = `shop_${process.pid}_${Date.now()}`
  await owner.query(`
    create role ${role} login password 'shop';
    create table invoice (id int not null, tenant text not null);
    insert into invoice select n, tenant from generate_series(1, 100) n, unnest(array['a', 'b']) tenant where n % 2 = 0 or tenant = 'a';
    alter table invoice enable row level security;
    create policy own on invoice using (tenant = current_setting('shop.tenant', true));
    grant select on invoice to ${role};
  `)
  const url = new URL(database.url)
  url.username = role
  url.password = 'shop'
  pool = openPool(url.href, { max: 4 })
})
afterAll(async () => {
  const role = pool.options.connectionString && new URL(pool.options.connectionString).username
  await pool.end()
  await owner.query(`drop owned by ${role}; drop role ${role}`)
  await owner.end()
  await database.drop()
})

/** Sees what the policy lets the current tenant see. */
async function invoicesByIds(ids: readonly number[]): Promise<(Invoice | null)[]> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('shop.tenant', $1, true)", [tenants.getStore() ?? ''])
    const { rows } = await client.query<Invoice>('select id, tenant from invoice where id = any($1)', [ids])
    await client.query('commit')
    return keyBy(rows, ids, (invoice) => invoice.id)
  } finally {
    client.release()
  }
}

test('never shows the rows of one tenant to another, however their loads are mixed', async () => {
  const batcher = new Batcher(invoicesByIds, { context: tenants, maxConcurrency: 3 })
  const load = async (tenant: string, id: number) => {
    const invoice = await tenants.run(tenant, () => batcher.load(id))
    return { tenant, id, seen: invoice?.tenant ?? null }
  }
  const ids = Array.from({ length: 100 }, (_, index) => index + 1)
  for (let round = 0; round < 3; round++) {
    const loads = await Promise.all(ids.flatMap((id) => ['b', 'a', 'nobody'].map((tenant) => load(tenant, id))))
    for (const { tenant, id, seen } of loads) {
      const isThere = tenant === 'a' || (tenant === 'b' && id % 2 === 0)
      expect(seen).toBe(isThere ? tenant : null)
    }
  }
})

test('would mix them without a context', async () => {
  const batcher = new Batcher(invoicesByIds)
  const [, stolen] = await Promise.all([
    tenants.run('a', () => batcher.load(1)),
    tenants.run('b', () => batcher.load(1)),
  ])
  expect(stolen?.tenant).toBe('a')
})
