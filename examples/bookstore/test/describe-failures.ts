import { startMemcached, startPgBouncer, startPostgres, startRedis, type Service } from '@seawall/services'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/serve.ts'
import { ask } from './ask.ts'
import type { Framework } from './framework.ts'
import { trafficDuring, type Traffic } from './traffic.ts'
import { useBookstore } from './use-bookstore.ts'

type Services = Readonly<Record<'postgres' | 'pgbouncer' | 'redis' | 'memcached', Service>>

/** Two servers on all that production has, one part of which goes away under load. */
export function describeFailures(framework: Framework): void {
  describe('two servers on PgBouncer, PostgreSQL, Redis and Memcached, under load', () => {
    const services = useServices()
    const secret = { SESSION_SECRET: 'a secret for tests alone, 0123456789' }
    const bookstore = useBookstore(
      framework,
      () => ({
        ...secret,
        DATABASE_URL: services().pgbouncer.url.replace(/[^/]*$/, new URL(bookstore.databaseUrl).pathname.slice(1)),
        DATABASE_POOLER: 'pgbouncer',
        REDIS_URL: services().redis.url,
        MEMCACHED_URL: services().memcached.url,
      }),
      () => services().postgres.url,
    )
    let other: RunningServer
    beforeAll(async () => {
      other = await bookstore.startAnother()
    })
    afterAll(() => other.close())

    const during = async (work: () => Promise<void>): Promise<Traffic> =>
      trafficDuring([bookstore.url, other.url], await bookstore.signIn(), work)
    const readinessOf = async (url: string): Promise<unknown> => JSON.parse((await ask(`${url}/readyz`)).text)
    const readiness = (): Promise<unknown> => readinessOf(other.url)
    const well = { status: 'ok', checks: { database: 'ok', memory: 'ok', redis: 'ok', memcached: 'ok' } }

    it('all is well', async () => {
      await expect.poll(readiness).toEqual(well)
      await expectAllServed(await during(async () => undefined), bookstore.databaseUrl)
    }, 30_000)

    it('PostgreSQL is restarted: requests wait, and each review is there once', async () => {
      const traffic = await during(() => services().postgres.restart())
      await expectAllServed(traffic, bookstore.databaseUrl)
      await expect.poll(readiness).toEqual(well)
    }, 30_000)

    it('Memcached is killed: pages are rendered, and it is reported', async () => {
      const traffic = await during(async () => {
        await services().memcached.kill()
        await expect
          .poll(readiness)
          .toEqual({ status: 'degraded', checks: { database: 'ok', memory: 'ok', redis: 'ok', memcached: 'failed' } })
      })
      await expectAllServed(traffic, bookstore.databaseUrl)
      await services().memcached.restart()
      await expect.poll(readiness, { timeout: 10_000 }).toEqual(well)
    }, 30_000)

    it('Redis hangs, and comes back with what it had: nothing outdated outlives its bound', async () => {
      const traffic = await during(async () => {
        await services().redis.pause()
        await expect.poll(readiness).toMatchObject({ status: 'degraded', checks: { redis: 'failed' } })
        await services().redis.resume()
      })
      await expectAllServed(traffic, bookstore.databaseUrl)
      await expect.poll(readiness, { timeout: 10_000 }).toEqual(well)
    }, 30_000)

    it('Redis is killed: what it did is done without it, and it is reported', async () => {
      const traffic = await during(async () => {
        await services().redis.kill()
        await expect.poll(readiness).toEqual({
          status: 'degraded',
          checks: { database: 'ok', memory: 'degraded', redis: 'failed', memcached: 'ok' },
        })
      })
      await expectAllServed(traffic, bookstore.databaseUrl)
    }, 30_000)

    it('Redis is absent from the start', async () => {
      const third = await bookstore.startAnother()
      try {
        const traffic = await trafficDuring([third.url, other.url], await bookstore.signIn(), async () => undefined)
        await expectAllServed(traffic, bookstore.databaseUrl)
        expect(await readinessOf(third.url)).toMatchObject({ status: 'degraded', checks: { redis: 'failed' } })
      } finally {
        await third.close()
      }
    }, 30_000)
  })
}

function useServices(): () => Services {
  let services: Services
  beforeAll(async () => {
    const [postgres, redis, memcached] = await Promise.all([startPostgres(), startRedis(), startMemcached()])
    const pgbouncer = await startPgBouncer(postgres.url, { settings: { server_login_retry: 1 } })
    services = { postgres, pgbouncer, redis, memcached }
  }, 30_000)
  afterAll(async () => {
    await services.pgbouncer.stop()
    await Promise.all([services.postgres.stop(), services.redis.stop(), services.memcached.stop()])
  })
  return () => services
}

/** Nothing failed, nothing was read too late, and each review that was taken is stored once. */
async function expectAllServed({ served, failures, stale, reviews }: Traffic, databaseUrl: string): Promise<void> {
  expect({ failures, stale }).toEqual({ failures: [], stale: [] })
  expect(served).toBeGreaterThan(20)
  expect(reviews.length).toBeGreaterThanOrEqual(6)
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ body: string }>('select body from review where body = any($1)', [reviews])
    expect(rows.map(({ body }) => body).toSorted()).toEqual(reviews.toSorted())
  } finally {
    await client.end()
  }
}
