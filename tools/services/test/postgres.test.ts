import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, createDatabase, startPostgres } from '../src/index.ts'
import { isAlive } from '../src/process-table.ts'
import { connected } from './support/connected.ts'

let postgres: Service

beforeAll(async () => {
  postgres = await startPostgres({ maxConnections: 30, settings: { work_mem: '5MB' } })
})

afterAll(() => postgres.stop())

test('it is PostgreSQL 18 with the settings asked for', async () => {
  const client = await connected(postgres.url)
  const { rows } = await client.query(
    `select current_setting('server_version') v, current_setting('max_connections') c, current_setting('work_mem') m`,
  )
  await client.end()
  expect(rows).toEqual([{ v: expect.stringMatching(/^18\./), c: '30', m: '5MB' }])
})

test('a pause freezes connections that are open, and a resume lets them answer', async () => {
  const client = await connected(postgres.url)
  await postgres.pause()
  let answered = false
  const answer = client.query('select 1').then(() => (answered = true))
  const late = new pg.Client({ connectionString: postgres.url, connectionTimeoutMillis: 200 })
  await expect(late.connect()).rejects.toThrow(/timeout/)
  expect(answered).toBe(false)
  await postgres.resume()
  await expect(answer).resolves.toBe(true)
  await client.end()
})

test('a kill ends all its processes at once, and a restart finds the rows again', async () => {
  const client = await connected(postgres.url)
  await client.query('create table kept as select 42 as answer')
  const { rows: backends } = await client.query('select pg_backend_pid() pid')
  const { pid } = postgres
  const cut = new Promise((resolve) => client.once('error', resolve))
  await postgres.kill()
  expect([pid, backends[0].pid].map(isAlive)).toEqual([false, false])
  expect(postgres.pid).toBeUndefined()
  await cut
  await postgres.restart()
  expect(postgres.pid).not.toBe(pid)
  const again = await connected(postgres.url)
  expect((await again.query('select * from kept')).rows).toEqual([{ answer: 42 }])
  await again.end()
})

test('a halt while it is frozen is orderly, and it can be started again', async () => {
  const database = await createDatabase(postgres.url)
  await postgres.pause()
  await postgres.halt()
  expect(postgres.pid).toBeUndefined()
  expect(readFileSync(postgres.log, 'utf8').trim()).toMatch(/database system is shut down$/)
  await postgres.restart()
  await expect(connected(database.url).then((client) => client.end())).resolves.toBeUndefined()
})

test('a database can be made from another one, and dropped under its clients', async () => {
  const template = await createDatabase(postgres.url)
  const author = await connected(template.url)
  await author.query('create table book (id int)')
  await author.end()
  const copy = await createDatabase(postgres.url, { template: new URL(template.url).pathname.slice(1) })
  const reader = await connected(copy.url)
  expect((await reader.query('select * from book')).rows).toEqual([])
  await copy.drop()
  await expect(connected(copy.url)).rejects.toThrow(/does not exist/)
})

test('many databases can be made at once', async () => {
  const databases = await Promise.all(Array.from({ length: 8 }, () => createDatabase(postgres.url)))
  expect(new Set(databases.map(({ url }) => url)).size).toBe(8)
  await Promise.all(databases.map((database) => database.drop()))
})

test('after a stop its folder and its port are gone, and it cannot be used again', async () => {
  const other = await startPostgres()
  const { pid = 0, url } = other
  await other.stop()
  await other.stop()
  expect(isAlive(pid)).toBe(false)
  await expect(connected(url)).rejects.toThrow(/ECONNREFUSED/)
  await expect(other.restart()).rejects.toThrow('Cannot halt postgres as it was stopped for good')
})
