import { one, prefetchRows } from '@seawall/query-batcher/kysely'
import { Kysely, PostgresDialect, sql, type SqlBool } from 'kysely'
import type { Runner } from '../runner.ts'
import { openPool } from './bookshop.ts'

interface Forum {
  post: { id: number; body: string }
}

const number = 70_000
const rows = Array.from({ length: number }, (_, index) => ({ post: index + 1 }))

/** A row for each of 70,000 keys, more than a statement has parameters. */
export async function start({ url, way }: { readonly url: string; readonly way: keyof typeof ways }): Promise<Runner> {
  const db = new Kysely<Forum>({ dialect: new PostgresDialect({ pool: openPool(url) }) })
  if ((await ways[way](db)) !== number) throw new Error('posts are missing')
  return {
    async round(operations) {
      for (let operation = 0; operation < operations; operation++) await ways[way](db)
    },
    end: () => db.destroy(),
  }
}

const ways = {
  async prefetchRows(db: Kysely<Forum>) {
    const posts = db.selectFrom('post').select(['id', 'body'])
    const found = await prefetchRows(db, rows, { found: one(posts, { on: ['post.id', 'post'], required: true }) })
    return found.filter((row) => row.found.id === row.post).length
  },
  async 'by hand'(db: Kysely<Forum>) {
    const ids = rows.map(({ post }) => post)
    const posts = await db
      .selectFrom('post')
      .select(['id', 'body'])
      .where(sql<SqlBool>`id = any(${ids})`)
      .execute()
    const byId = new Map(posts.map((post) => [post.id, post]))
    return rows.map((row) => ({ ...row, found: byId.get(row.post) })).filter((row) => row.found?.id === row.post).length
  },
}
