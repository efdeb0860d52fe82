import { many, prefetch } from '@seawall/query-batcher/kysely'
import { Kysely, PostgresDialect } from 'kysely'
import type { Runner } from '../runner.ts'
import { openPool } from './bookshop.ts'

interface Forum {
  thread: { id: number }
  post: { id: number; thread_id: number; at: number; body: string }
}

/** The latest three of 2,000 posts for each of 100 threads. */
export async function start({
  url,
  perParent,
}: {
  readonly url: string
  readonly perParent: 'lateral' | 'window' | undefined
}): Promise<Runner> {
  const db = new Kysely<Forum>({ dialect: new PostgresDialect({ pool: openPool(url) }) })
  const load = () => {
    const posts = db.selectFrom('post').select(['id', 'body']).orderBy('at', 'desc').orderBy('id', 'desc')
    const latest = many(posts, { on: ['post.thread_id', 'id'], limit: 3, perParent })
    return prefetch(db, db.selectFrom('thread').select('id').orderBy('id'), { latest })
  }
  const [first] = await load()
  if (first?.latest.map(({ id }) => id).join() !== '200000,199900,199800') throw new Error('the posts are wrong')
  for (let time = 0; time < 10; time++) await load()
  return {
    async round(operations) {
      for (let operation = 0; operation < operations; operation++) await load()
    },
    end: () => db.destroy(),
  }
}
