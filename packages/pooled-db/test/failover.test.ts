import { type Service, startPostgres, startPostgresReplica } from '@seawall/services'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { failureOf, poolOn, startLoad } from './fixture.ts'

let first: Service
let second: Service

/** The two servers in one URL. */
const both = (wanted: string, ...servers: Service[]) =>
  `postgres://postgres@${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}/postgres?target_session_attrs=${wanted}`

async function portOf(url: string): Promise<number | undefined> {
  const { rows } = await poolOn(url).query<{ port: number }>('select inet_server_port() as port')
  return rows[0]?.port
}

beforeAll(async () => {
  first = await startPostgres()
  second = await startPostgresReplica(first.url)
}, 60_000)

afterAll(() => Promise.all([first.stop(), second.stop()]))

describe('with several servers', () => {
  test.each(['any', 'read-only', 'standby', 'prefer-standby'])('%s is the standby that comes first', async (wanted) => {
    expect(await portOf(both(wanted, second, first))).toBe(second.port)
  })

  test.each(['read-write', 'primary'])('%s is the primary that comes last', async (wanted) => {
    expect(await portOf(both(wanted, second, first))).toBe(first.port)
  })

  test.each(['read-only', 'standby', 'prefer-standby'])('%s is the standby that comes last', async (wanted) => {
    expect(await portOf(both(wanted, first, second))).toBe(second.port)
  })

  test('prefer-standby is the primary where there is no standby', async () => {
    expect(await portOf(both('prefer-standby', first))).toBe(first.port)
  })

  test('a caller is told why none of them would do', async () => {
    const pool = poolOn(both('primary', second), { acquireTimeoutMs: 300 })
    const { cause } = await failureOf(pool.query('select 1'))
    expect(String(cause)).toContain(`Cannot use 127.0.0.1:${second.port} as target_session_attrs is primary`)
  })

  test('one that cannot be reached costs no pause', async () => {
    const gone = { port: 1 } as Service
    const pool = poolOn(both('any', gone, first))
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

describe('a failover', () => {
  test('is followed when the server refuses writes, and back', async () => {
    const pool = poolOn(both('read-write', first, second), { max: 2 })
    await pool.query('create table written (n int)')
    const admin = poolOn(first.url)
    const turn = async (setting: string) => {
      await admin.query(`alter system set default_transaction_read_only = ${setting}`)
      await admin.query('select pg_reload_conf()')
    }
    await turn('on')
    const refused = () =>
      pool.query('insert into written values (1)').then(
        () => 'written',
        (error: { code?: string }) => error.code,
      )
    await vi.waitFor(async () => expect(await refused()).toBe('25006'))
    // No server takes writes now, and nobody gets one that does not.
    const other = poolOn(both('read-write', first, second), { acquireTimeoutMs: 300 })
    expect(await failureOf(other.query('select 1'))).toMatchObject({ code: 'ERR_POOL_TIMEOUT' })
    await turn('off')
    await vi.waitFor(async () => expect(await refused()).toBe('written'), { timeout: 10_000 })
  }, 20_000)

  test('is followed when the primary dies and the standby is promoted', async () => {
    const pool = poolOn(both('read-write', first, second), { max: 4, acquireTimeoutMs: 10_000 })
    await pool.query('create table survivors (n int)')
    const standby = poolOn(second.url)
    const isThere = `select to_regclass('survivors') is not null as there`
    await vi.waitFor(async () => expect((await standby.query(isThere)).rows).toEqual([{ there: true }]))
    const load = startLoad(pool, 8)
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(20))
    await first.kill()
    await standby.query('select pg_promote()')
    const before = load.done()
    await vi.waitFor(() => expect(load.done()).toBeGreaterThan(before + 20), { timeout: 10_000 })
    await load.stop()
    const { rows } = await pool.query('insert into survivors values (1) returning inet_server_port() as port')
    expect(rows).toEqual([{ port: second.port }])
    expect(load.errors.length).toBeLessThanOrEqual(8)
  }, 30_000)
})
