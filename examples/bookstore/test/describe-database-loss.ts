import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Answer } from './ask.ts'
import type { Framework } from './framework.ts'
import { useBookstore, type UsedBookstore } from './use-bookstore.ts'
import { backends, holdReviews } from './hold-reviews.ts'

/** What PostgreSQL can do to the bookstore, which must live on. */
export function describeDatabaseLoss(framework: Framework): void {
  describe('when PostgreSQL terminates', () => {
    const bookstore = useBookstore(framework, () => ({ POOL_MAX: '5' }))

    it('idle connections, the next requests soon succeed', async () => {
      await Promise.all(Array.from({ length: 20 }, () => bookstore.ask('/catalog')))
      expect(await backends(bookstore.admin, 'idle')).toBeGreaterThan(0)
      await terminate(bookstore)
      await expectSuccess(bookstore)
    })

    it('connections in the middle of a statement, all requests are served and the next soon succeed', async () => {
      const release = await holdReviews(bookstore.databaseUrl)
      const underWay = Array.from({ length: 20 }, () => bookstore.ask('/catalog'))
      await expect.poll(() => backends(bookstore.admin, 'active')).toBe(5)
      await terminate(bookstore)
      await release()
      const success = expectSuccess(bookstore)
      const statuses = (await Promise.all(underWay)).map(({ status }) => status)
      expect(statuses).toEqual(Array.from({ length: 20 }, () => 200))
      await success
    })

    it('connections again and again under load, all requests are served and the process lives', async () => {
      const load = new AbortController()
      const statuses: number[] = []
      const clients = Array.from({ length: 8 }, async () => {
        while (!load.signal.aborted) statuses.push((await bookstore.ask('/catalog?books=50')).status)
      })
      try {
        for (let time = 1; time <= 3; time++) {
          const enough = statuses.length + 20
          await expect.poll(() => statuses.length, { timeout: 5000 }).toBeGreaterThan(enough)
          await terminate(bookstore)
          await expectSuccess(bookstore)
        }
      } finally {
        load.abort()
        await Promise.all(clients)
      }
      expect(statuses.filter((status) => status !== 200)).toEqual([])
      expect((await bookstore.ask('/healthz')).status).toBe(200)
      expect((await bookstore.ask('/readyz')).status).toBe(200)
    })
  })
}

async function terminate({ admin }: UsedBookstore): Promise<void> {
  const { rows } = await admin.query<{ cut: number }>(`
    select count(pg_terminate_backend(pid))::int as cut from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
      and application_name <> 'holder'
  `)
  expect(rows[0]?.cut).toBeGreaterThan(0)
}

/** Asks until it is served, as a client would. */
async function expectSuccess(bookstore: UsedBookstore): Promise<void> {
  const startedAt = performance.now()
  let answer: Answer = await bookstore.ask('/catalog')
  while (answer.status !== 200 && performance.now() - startedAt < 5000) {
    await sleep(5)
    answer = await bookstore.ask('/catalog')
  }
  expect(answer.status).toBe(200)
}
