import { Agent, request } from 'node:http'
import { once } from 'node:events'
import { createDatabase, startRedis, type Service, type TestDatabase } from '@seawall/services'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import type { Framework } from './framework.ts'
import { runMain } from './run-main.ts'

const password = 'a-password-that-nobody-may-see'

/** The bookstore as a process of its own: how it starts, fails to start, and ends. */
export function describeProcesses(framework: Framework, postgres: () => Service): void {
  describe('process', () => {
    let database: TestDatabase
    let variables: Readonly<Record<string, string>>
    beforeAll(async () => {
      database = await createDatabase(postgres().url)
      variables = { DATABASE_URL: database.url, LOG_LEVEL: 'debug' }
    })
    afterAll(() => database.drop())

    it('comes up twice at once on an empty database, and ends by SIGTERM with what clients kept open', async () => {
      const both = [runMain(framework, variables), runMain(framework, variables)]
      const urls = await Promise.all(both.map(({ url }) => url))
      for (const url of urls) expect(JSON.parse((await ask(`${url}/catalog?books=1000`)).text)).toHaveLength(1000)
      const agent = new Agent({ keepAlive: true })
      for (const url of urls) {
        const kept = request(`${url}/healthz`, { agent }).end()
        const [response] = (await once(kept, 'response')) as [NodeJS.ReadableStream]
        await once(response.resume(), 'end')
      }
      for (const main of both) main.signal('SIGTERM')
      expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0])
      agent.destroy()
    }, 60_000)

    it('tells why it cannot start, without a password', async () => {
      await askReaderForPassword(postgres().url)
      const url = new URL(database.url)
      url.username = 'reader'
      url.password = password
      const nowhere = `postgres://reader:${password}@127.0.0.1:1/bookstore`
      const ends = await Promise.all(
        [url.href, nowhere, `http://reader:${password}@127.0.0.1/`, `postgres://reader:${password}@[/`].map(
          async (wrong) => {
            const main = runMain(framework, { ...variables, DATABASE_URL: wrong })
            return { code: await main.ended, written: main.written() }
          },
        ),
      )
      expect(ends).toEqual([
        { code: 1, written: expect.stringContaining('password authentication failed for user "reader"') },
        { code: 1, written: expect.stringContaining('ECONNREFUSED') },
        { code: 1, written: expect.stringContaining('DATABASE_URL must be a postgres:// URL') },
        { code: 1, written: expect.stringContaining('DATABASE_URL must be a postgres:// URL') },
      ])
      for (const { written } of ends) expect(written).not.toContain(password)
    }, 60_000)

    it('logs each request with an id that the client learns, and nothing of what it carries', async () => {
      const main = runMain(framework, { ...variables, LOG_LEVEL: 'info' })
      const url = await main.url
      const secret = 'nobody-may-see-this'
      const answer = await ask(`${url}/login?token=${secret}`, {
        form: { username: 'ada', password: secret },
        headers: { cookie: `session=${secret}`, authorization: `Bearer ${secret}`, 'x-request-id': 'given-by-proxy' },
      })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('x-request-id')).toBe('given-by-proxy')
      await expect.poll(() => main.written()).toContain('given-by-proxy')
      const line =
        main
          .written()
          .split('\n')
          .find((text) => text.includes('given-by-proxy')) ?? ''
      expect(JSON.parse(line)).toMatchObject({ method: 'POST', path: '/login', status: 401, aborted: false })
      const other = await ask(`${url}/healthz`, { headers: { 'x-request-id': 'no id, "{}' } })
      expect(other.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
      main.signal('SIGTERM')
      expect(await main.ended).toBe(0)
      expect(main.written()).not.toContain(secret)
    }, 60_000)

    it('writes no password of Redis to its log', async () => {
      const redis = await startRedis()
      try {
        const admin = new Redis(redis.url)
        await admin.config('SET', 'requirepass', 'right')
        admin.disconnect()
        const main = runMain(framework, { ...variables, REDIS_URL: redis.url.replace('//', `//:${password}@`) })
        expect((await ask(`${await main.url}/feed`)).status).toBe(200)
        await expect.poll(() => main.written()).toContain('WRONGPASS')
        main.signal('SIGTERM')
        expect(await main.ended).toBe(0)
        expect(main.written()).not.toContain(password)
      } finally {
        await redis.stop()
      }
    }, 60_000)
  })
}

/** Makes a role whose password is another, on a server that asked nobody for one so far. */
async function askReaderForPassword(url: string): Promise<void> {
  const admin = new Client({ connectionString: url })
  await admin.connect()
  try {
    await admin.query(`create role reader login password 'right'`)
    const { rows } = await admin.query<{ hba_file: string }>('show hba_file')
    const lines = `('host all reader all scram-sha-256'), ('host all postgres all trust')`
    await admin.query(`copy (values ${lines}) to '${rows[0]?.hba_file}'`)
    await admin.query('select pg_reload_conf()')
    await expect.poll(() => isRefused(url), { timeout: 5000 }).toBe(true)
  } finally {
    await admin.end()
  }
}

async function isRefused(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url.replace('postgres@', 'reader:wrong@') })
  try {
    await client.connect()
    return false
  } catch {
    return true
  } finally {
    await client.end()
  }
}
