import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Service, startPostgres, startPostgresReplica } from '../src/index.ts'
import { connected } from './support/connected.ts'

let primary: Service
let replica: Service

beforeAll(async () => {
  primary = await startPostgres({ maxConnections: 30 })
  replica = await startPostgresReplica(primary.url)
}, 60_000)

afterAll(() => Promise.all([primary.stop(), replica.stop()]))

test('it shows what is written to its primary, and takes no writes itself', async () => {
  const [writer, reader] = await Promise.all([connected(primary.url), connected(replica.url)])
  await writer.query('create table streamed as select 42 as answer')
  await vi.waitFor(async () => expect((await reader.query('select * from streamed')).rows).toEqual([{ answer: 42 }]), {
    timeout: 10_000,
  })
  await expect(reader.query('insert into streamed values (43)')).rejects.toMatchObject({ code: '25006' })
  await Promise.all([writer.end(), reader.end()])
})

test('it takes writes once it is promoted', async () => {
  const client = await connected(replica.url)
  await client.query('select pg_promote()')
  await expect(client.query('create table promoted ()')).resolves.toMatchObject({ command: 'CREATE' })
  await client.end()
})
