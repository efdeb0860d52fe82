import { AsyncLocalStorage } from 'node:async_hooks'
import { startPostgres, type Service } from '@seawall/services'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createPool, PoolConnectError, type Pool, type PoolOptions } from '../src/index.ts'
import { failureOf } from './fixture.ts'

let server: Service

/** A server that asks for a password: its own rules of access are rewritten, by itself. */
beforeAll(async () => {
  server = await startPostgres()
  const admin = createPool({ connectionString: server.url })
  await admin.query(`create role clerk login password 'r1ght'`)
  await admin.query(`create role single login connection limit 1 password 'r1ght'`)
  const { rows } = await admin.query<{ hba_file: string }>('show hba_file')
  await admin.query(
    `copy (values ('host all postgres 127.0.0.1/32 trust'), ('host all all 127.0.0.1/32 scram-sha-256')) to '${rows[0]?.hba_file}'`,
  )
  await admin.query('select pg_reload_conf()')
  await admin.close()
}, 60_000)

afterAll(() => server.stop())

function poolAs(
  user: string,
  password: NonNullable<PoolOptions['connection']>['password'],
  database = 'postgres',
): Pool {
  const parts = { host: '127.0.0.1', port: server.port, database, user }
  const pool = createPool({ connection: password === undefined ? parts : { ...parts, password } })
  onTestFinished(() => pool.close({ graceMs: 0 }))
  return pool
}

describe('a login', () => {
  test('with the right password is let in', async () => {
    expect((await poolAs('clerk', 'r1ght').query('select current_user as name')).rows).toEqual([{ name: 'clerk' }])
  })

  test.each([
    ['a wrong password', 'clerk', 'wr0ng', 'postgres', '28P01'],
    ['an unknown role', 'nobody', 'wr0ng', 'postgres', '28P01'],
    ['an unknown database', 'clerk', 'r1ght', 'nowhere', '3D000'],
  ])('with %s fails at once, for all who wait, and shows no password', async (_, user, password, database, code) => {
    const pool = poolAs(user, password, database)
    const startedAt = performance.now()
    const errors = await Promise.all(Array.from({ length: 20 }, () => failureOf(pool.query('select 1'))))
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(new Set(errors).size).toBe(20)
    for (const error of errors) {
      expect(error).toBeInstanceOf(PoolConnectError)
      expect(error).toMatchObject({ code: 'ERR_POOL_CONNECT', status: 503, cause: { code } })
      expect(error.message).not.toContain(password)
    }
    expect(pool.stats()).toMatchObject({ total: 0, idle: 0, active: 0, waiting: 0 })
  })

  test('without a password, where one is asked for, fails at once', async () => {
    expect(await failureOf(poolAs('clerk', () => '').query('select 1'))).toBeInstanceOf(PoolConnectError)
  })

  test('that was refused is not tried again for every caller', async () => {
    let attempts = 0
    const pool = poolAs('clerk', () => {
      attempts++
      return 'wr0ng'
    })
    for (let i = 0; i < 50; i++) expect(await failureOf(pool.query('select 1'))).toBeInstanceOf(PoolConnectError)
    expect(attempts).toBeLessThan(10)
  })

  test('works again when the password is mended', async () => {
    let password = 'wr0ng'
    const pool = poolAs('clerk', async () => password)
    await failureOf(pool.query('select 1'))
    password = 'r1ght'
    await expect
      .poll(() =>
        pool.query('select 1').then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in')
  })

  test('that finds no room waits until there is', async () => {
    const first = poolAs('single', 'r1ght')
    const second = poolAs('single', 'r1ght')
    const client = await first.connect()
    const waiting = second.query('select 1 as one')
    await vi.waitFor(() => expect(second.stats()).toMatchObject({ total: 0, idle: 0, active: 0, waiting: 1 }))
    client.release(true)
    expect((await waiting).rows).toEqual([{ one: 1 }])
  })

  test('is made outside the context of the caller that it is made for', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const pool = poolAs('clerk', () => {
      seen.push(storage.getStore())
      return 'r1ght'
    })
    await storage.run('a tenant', () => pool.query('select 1'))
    expect(seen).toEqual([undefined])
  })
})
