import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate, startPostgres } from '../src/index.ts'

test('a PostgreSQL with a certificate speaks TLS', async () => {
  const certificate = selfSignedCertificate(['localhost'])
  const postgres = await startPostgres({ tls: certificate })
  onTestFinished(() => postgres.stop())
  const ssl = { ca: certificate.cert }
  const client = new pg.Client({ host: 'localhost', port: postgres.port, user: 'postgres', database: 'postgres', ssl })
  await client.connect()
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
  expect(rows).toEqual([{ ssl: true }])
  await client.end()
})
