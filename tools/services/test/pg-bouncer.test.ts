import { expect, inject, onTestFinished, test } from 'vitest'
import { createDatabase, startPgBouncer } from '../src/index.ts'
import { connected } from './support/connected.ts'

test('it shares few connections among many clients, in any database', async () => {
  const database = await createDatabase(inject('postgresUrl'))
  const bouncer = await startPgBouncer(database.url, { poolSize: 2, settings: { query_wait_timeout: 20 } })
  onTestFinished(async () => {
    await bouncer.stop()
    await database.drop()
  })
  const clients = await Promise.all(Array.from({ length: 6 }, () => connected(bouncer.url)))
  const answers = await Promise.all(
    clients.map((client) =>
      client.query<{ pid: number; db: string }>('select pg_backend_pid() pid, current_database() db, pg_sleep(0.02)'),
    ),
  )
  const rows = answers.flatMap((answer) => answer.rows)
  expect(new Set(rows.map((row) => row.pid)).size).toBe(2)
  expect(new URL(database.url).pathname).toBe(`/${rows[0]?.db}`)
  await Promise.all(clients.map((client) => client.end()))
})

test('killed and started again it answers on the same port', async () => {
  const bouncer = await startPgBouncer(inject('postgresUrl'), { poolMode: 'session' })
  onTestFinished(() => bouncer.stop())
  await bouncer.kill()
  await expect(connected(bouncer.url)).rejects.toThrow(/ECONNREFUSED/)
  await bouncer.restart()
  const client = await connected(bouncer.url)
  expect((await client.query<{ pid: number; db: string }>('select 1 as one')).rows).toEqual([{ one: 1 }])
  await client.end()
})
