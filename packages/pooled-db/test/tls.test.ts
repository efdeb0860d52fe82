import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keepFolder, selfSignedCertificate, type Service, startPostgres } from '@seawall/services'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPool, fromEnv } from '../src/index.ts'
import { countRunning, failureOf, poolOn } from './fixture.ts'

const certificate = selfSignedCertificate(['localhost'])
const stranger = selfSignedCertificate(['localhost'])
let server: Service
let folder: Awaited<ReturnType<typeof keepFolder>>

/** The server by a name that its certificate holds, or by its address, which it does not. */
const address = (host: string, query: string) => `postgres://postgres@${host}:${server.port}/postgres?${query}`
const fileOf = (name: string) => encodeURIComponent(join(folder.path, name))
const isEncrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'

beforeAll(async () => {
  folder = await keepFolder('certificates')
  await writeFile(join(folder.path, 'right.crt'), certificate.cert)
  await writeFile(join(folder.path, 'wrong.crt'), stranger.cert)
  server = await startPostgres({ tls: certificate })
}, 60_000)

afterAll(() => Promise.all([server.stop(), folder.remove()]))

describe('TLS', () => {
  test.each([
    ['localhost', (f: typeof fileOf) => `sslmode=verify-full&sslrootcert=${f('right.crt')}`],
    ['localhost', (f: typeof fileOf) => `sslmode=require&sslrootcert=${f('right.crt')}`],
    ['localhost', (f: typeof fileOf) => `sslrootcert=${f('right.crt')}`],
    ['127.0.0.1', (f: typeof fileOf) => `sslmode=verify-ca&sslrootcert=${f('right.crt')}`],
    ['127.0.0.1', () => 'sslmode=no-verify'],
  ])('is spoken with %s by a URL that asks for it and can be satisfied', async (host, query) => {
    const { rows } = await poolOn(address(host, query(fileOf))).query(isEncrypted)
    expect(rows).toEqual([{ ssl: true }])
  })

  test.concurrent.each([
    ['localhost', () => 'sslmode=require', 'SELF_SIGNED'],
    ['localhost', (f: typeof fileOf) => `sslmode=require&sslrootcert=${f('wrong.crt')}`, 'SELF_SIGNED'],
    [
      '127.0.0.1',
      (f: typeof fileOf) => `sslmode=require&sslrootcert=${f('right.crt')}`,
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['127.0.0.1', (f: typeof fileOf) => `sslmode=verify-ca&sslrootcert=${f('wrong.crt')}`, 'SELF_SIGNED'],
  ])('is refused with %s where the certificate is not trusted, or not its own', async (host, query, code) => {
    const pool = createPool({ connectionString: address(host, query(fileOf)), acquireTimeoutMs: 500 })
    const { cause } = await failureOf(pool.query('select 1'))
    await pool.close()
    expect(cause).toMatchObject({ code: expect.stringContaining(code) })
  })

  test('trusts the certificate that is in the environment itself', async () => {
    const DATABASE_URL = address('localhost', 'sslmode=verify-full')
    const inOneLine = certificate.cert.replaceAll('\n', '\\n')
    for (const PGSSLROOTCERT of [certificate.cert, inOneLine]) {
      const pool = createPool(fromEnv({ DATABASE_URL, PGSSLROOTCERT }))
      expect((await pool.query(isEncrypted)).rows).toEqual([{ ssl: true }])
      await pool.close()
    }
  })

  test('is verified when it is asked for by parts', async () => {
    const connection = { host: 'localhost', port: server.port, user: 'postgres', database: 'postgres' }
    const trusting = createPool({ connection: { ...connection, ssl: { ca: certificate.cert } } })
    expect((await trusting.query(isEncrypted)).rows).toEqual([{ ssl: true }])
    await trusting.close()
    const careful = createPool({ connection: { ...connection, ssl: true }, acquireTimeoutMs: 500 })
    expect((await failureOf(careful.query('select 1'))).cause).toMatchObject({
      code: expect.stringContaining('SELF_SIGNED'),
    })
    await careful.close()
  })

  test('is spoken by a cancel too', async () => {
    const pool = poolOn(address('localhost', `sslrootcert=${fileOf('right.crt')}`), { queryTimeoutMs: 100 })
    const admin = poolOn(server.url)
    expect(await failureOf(pool.query('select pg_sleep(71)'))).toMatchObject({ code: 'ERR_QUERY_TIMEOUT' })
    await vi.waitFor(async () => expect(await countRunning(admin, 'pg_sleep(71)')).toBe(0))
  })
})
