import { startRedis, type Service } from '@seawall/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, freshAddress } from './ask.ts'
import type { RunningServer } from '../src/serve.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** Two processes that share a Redis, and what becomes of them without it. */
export function describeRedis(framework: Framework): void {
  describe('with Redis', () => {
    let redis: Service
    let other: RunningServer
    beforeAll(async () => {
      redis = await startRedis()
    })
    const secret = { SESSION_SECRET: 'a secret for tests alone, 0123456789' }
    const bookstore = useBookstore(framework, () => ({ ...secret, REDIS_URL: redis.url }))
    beforeAll(async () => {
      other = await bookstore.startAnother()
    })
    afterAll(async () => {
      await other.close()
      await redis.stop()
    })
    const login = async (url: string, form: Readonly<Record<string, string>>, from: string): Promise<number> =>
      (await ask(`${url}/login`, { form, from })).status

    /** How six logins from one address end, and what else is asked meanwhile. */
    async function useEverything(): Promise<Record<string, unknown>> {
      const from = freshAddress()
      const logins: number[] = []
      for (let attempt = 1; attempt <= 6; attempt++) {
        logins.push(await login(bookstore.url, { username: `${from} ${attempt}`, password: 'x' }, from))
      }
      const cookie = await bookstore.signIn()
      const json = { rating: 5, body: `from ${from}` }
      const review = await bookstore.ask('/books/1/reviews', { json, headers: { cookie } })
      const paths = ['/catalog', '/feed', '/', '/readyz']
      const answers = await Promise.all(paths.map((path) => bookstore.ask(path)))
      const isShown = answers[1]?.text.includes(json.body)
      return { logins, review: review.status, statuses: answers.map(({ status }) => status), isShown }
    }
    const served = {
      logins: [401, 401, 401, 401, 401, 429],
      review: 201,
      statuses: [200, 200, 200, 200],
      isShown: true,
    }

    it('counts the logins of all processes together', async () => {
      const from = freshAddress()
      const urls = [bookstore.url, other.url, bookstore.url, other.url, bookstore.url, other.url]
      const statuses: number[] = []
      for (const [attempt, url] of urls.entries()) {
        statuses.push(await login(url, { username: `together ${attempt}`, password: 'x' }, from))
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    })

    it('shows a review in all processes', async () => {
      const read = async (): Promise<string> => (await ask(`${other.url}/feed`)).text
      await read()
      const headers = { cookie: await bookstore.signIn() }
      await bookstore.ask('/books/1/reviews', { json: { rating: 5, body: 'for all' }, headers })
      await expect.poll(read, { timeout: 5000 }).toContain('for all')
    })

    it('serves everything', async () => {
      expect(await useEverything()).toEqual(served)
    })

    it('serves everything while Redis hangs, and limits logins by itself', async () => {
      await redis.pause()
      try {
        expect(await useEverything()).toEqual(served)
      } finally {
        await redis.resume()
      }
    })

    it('serves everything when Redis is killed, and limits logins by itself', async () => {
      const underWay = Promise.all(Array.from({ length: 20 }, () => bookstore.ask('/feed')))
      await redis.kill()
      expect((await underWay).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
      expect(await useEverything()).toEqual(served)
    })

    it('starts and serves everything while there is no Redis', async () => {
      const alone = await bookstore.startAnother()
      try {
        const answers = await Promise.all(['/catalog', '/feed', '/', '/readyz'].map((path) => ask(alone.url + path)))
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      } finally {
        await alone.close()
      }
    })
  })
}
