import { describe, expect, it } from 'vitest'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** What the service says of its statements, where the settings let it. */
export function describeStatements(framework: Framework): void {
  describe('server-timing', () => {
    const bookstore = useBookstore(framework)
    const statements = async (path: string): Promise<number> => {
      const { headers } = await bookstore.ask(path)
      return Number(/(\d+) statements/.exec(headers.get('server-timing') ?? '')?.[1])
    }

    it('tells that 1,000 books take as many statements as 10, and a cached page none', async () => {
      const few = await statements('/catalog?books=10')
      expect(few).toBeGreaterThanOrEqual(2)
      expect(await statements('/catalog?books=1000')).toBe(few)
      await statements('/feed')
      expect(await statements('/feed')).toBe(0)
    })
  })
}
