import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type Service } from '@seawall/services'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPool, type Pool, type PooledClient } from '../../src/index.ts'

const soakMs = 60_000
const callers = 64
const size = 8
const acquireTimeoutMs = 3000
const queryTimeoutMs = 1000
/** A caller's longest wait: for a connection, and for an answer; the rest is for a machine that has other work as well. */
const longestMs = acquireTimeoutMs + queryTimeoutMs + 2000

let server: Service
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.stop())

/** What the callers have seen. */
const seen = {
  ids: 0,
  committed: new Set<number>(),
  strangers: [] as unknown[],
  slowest: 0,
  failures: new Map<string, number>(),
  done: 0,
}

async function timed<T>(work: Promise<T>): Promise<T> {
  const startedAt = performance.now()
  try {
    return await work
  } finally {
    seen.slowest = Math.max(seen.slowest, performance.now() - startedAt)
  }
}

/** Borrows, makes sure that nothing of another borrower is left, and does something. */
async function borrow(pool: Pool, use: (client: PooledClient) => Promise<unknown>): Promise<void> {
  const client = await timed(pool.connect())
  try {
    const { rows } = await timed(
      client.query<{ xid: string | null; owner: string | null }>(
        `select pg_current_xact_id_if_assigned()::text as xid, nullif(current_setting('soak.owner', true), '') as owner`,
      ),
    )
    if (rows[0]?.xid !== null || rows[0]?.owner !== null) seen.strangers.push(rows[0])
    await use(client)
  } finally {
    client.release()
  }
}

const deeds: readonly ((pool: Pool) => Promise<unknown>)[] = [
  (pool) => timed(pool.query('select count(*) from entry where id < $1', [100])),
  (pool) => timed(pool.query('select pg_sleep(0.005)')),
  (pool) => timed(pool.query('select pg_sleep(5)', [], { signal: AbortSignal.timeout(20) })),
  (pool) => timed(pool.query('select 1 / $1::int', [0])),
  async (pool) => {
    const id = seen.ids++
    await borrow(pool, async (client) => {
      await timed(client.query('begin'))
      await timed(client.query('insert into entry values ($1)', [id]))
      await timed(client.query('commit'))
      seen.committed.add(id)
    })
  },
  // What it writes must never be seen: it goes away with the transaction open.
  (pool) =>
    borrow(pool, async (client) => {
      await timed(client.query('begin'))
      await timed(client.query('insert into entry values ($1)', [-1 - seen.ids++]))
    }),
  (pool) => borrow(pool, (client) => timed(client.query(`set soak.owner = 'somebody'`))),
]

async function call(pool: Pool, endsAt: number): Promise<void> {
  while (performance.now() < endsAt) {
    const deed = deeds[Math.floor(Math.random() * deeds.length)]
    try {
      await deed?.(pool)
      seen.done++
    } catch (error) {
      const { name, code } = error as Error & { code?: string | number }
      const kind = `${name} ${code ?? ''}`
      seen.failures.set(kind, (seen.failures.get(kind) ?? 0) + 1)
      await sleep(Math.random() * 10)
    }
  }
}

const troubles: readonly (() => Promise<unknown>)[] = [
  async () => {
    const admin = createPool({ connectionString: server.url, max: 1 })
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and random() < 0.5',
    )
    await admin.close({ graceMs: 0 })
  },
  async () => {
    await server.pause()
    await sleep(200 + Math.random() * 2500)
    await server.resume()
  },
  async () => {
    await server.kill()
    await sleep(Math.random() * 1500)
    await server.restart()
  },
]

test('callers at 64 live through kills, pauses and restarts of the server', async () => {
  const uncaught: unknown[] = []
  const note = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtExceptionMonitor', note)
  process.on('unhandledRejection', note)
  const options = { min: size, max: size, acquireTimeoutMs, queryTimeoutMs, connectTimeoutMs: 1000 }
  const pool = createPool({ connectionString: server.url, ...options })
  await pool.query('create table entry (id int primary key)')
  const endsAt = performance.now() + soakMs
  const working = Promise.all(Array.from({ length: callers }, () => call(pool, endsAt)))
  for (let n = 0; performance.now() < endsAt - 5000; n++) {
    await sleep(500 + Math.random() * 1500)
    await troubles[n % troubles.length]?.()
  }
  await working

  console.log({ ...seen, committed: seen.committed.size, failures: Object.fromEntries(seen.failures) }, pool.stats())
  await vi.waitFor(() => expect(pool.stats()).toMatchObject({ total: size, idle: size, active: 0, waiting: 0 }), {
    timeout: 10_000,
  })
  expect(uncaught).toEqual([])
  expect(seen.strangers).toEqual([])
  expect(seen.slowest).toBeLessThan(longestMs)
  const { rows } = await pool.query<{ id: number }>('select id from entry')
  const written = new Set(rows.map(({ id }) => id))
  expect([...seen.committed].filter((id) => !written.has(id))).toEqual([])
  expect([...written].filter((id) => id < 0)).toEqual([])
  expect(seen.committed.size).toBeGreaterThan(100)
  await pool.close()
  process.off('uncaughtExceptionMonitor', note)
  process.off('unhandledRejection', note)
})
