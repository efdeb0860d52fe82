import type { Service } from '@seawall/services'
import { describe, expect, it } from 'vitest'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** A PostgreSQL that keeps its connections and answers nothing. */
export function describeHangingDatabase(framework: Framework, postgres: () => Service): void {
  describe('while PostgreSQL hangs', () => {
    const bookstore = useBookstore(framework, undefined, () => postgres().url)

    it('says that it is alive and not ready, long before a request for data fails, and recovers', async () => {
      await bookstore.ask('/readyz')
      const order: string[] = []
      await postgres().pause()
      try {
        const catalog = bookstore.ask('/catalog').then(({ status }) => order.push(`catalog ${status}`))
        const [alive, ready] = await Promise.all([bookstore.ask('/healthz'), bookstore.ask('/readyz')])
        order.push(`healthz ${alive.status}`, `readyz ${ready.status}`)
        expect(JSON.parse(ready.text)).toMatchObject({ detail: 'No database', checks: { database: 'failed' } })
        await postgres().resume()
        await catalog
      } finally {
        await postgres().resume()
      }
      expect(order).toEqual(['healthz 200', 'readyz 503', 'catalog 200'])
      await expect.poll(async () => (await bookstore.ask('/readyz')).status).toBe(200)
    })
  })
}
