import { createDatabase, createPool } from '@seawall/pooled-db'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Start } from '../runner.ts'

/** One row by its key, over ten connections, by so many callers at a time. */
export interface ByKeySetting {
  readonly url: string
  readonly contender: keyof typeof contenders
  readonly concurrency: number
}

interface Tables {
  book: { id: number; title: string; author_id: number }
}

/** How a contender finds a book. */
interface Shop {
  find(id: number): Promise<readonly { readonly id: number }[]>
  end(): Promise<void>
}

/** How many books there are. */
export const bookCount = 10_000

const text = 'select "id", "title", "author_id" from "book" where "id" = $1'
const max = 10

const contenders = {
  'pg-pool': (url: string): Shop => {
    const pool = new pg.Pool({ connectionString: url, max })
    return {
      find: async (id) => (await pool.query<{ id: number }>({ name: 'find', text, values: [id] })).rows,
      end: () => pool.end(),
    }
  },
  pool: (url: string): Shop => {
    const pool = createPool({ connectionString: url, max })
    return {
      find: async (id) => (await pool.query<{ id: number }>({ name: 'find', text, values: [id] })).rows,
      end: () => pool.end(),
    }
  },
  'Kysely on pg-pool': (url: string): Shop =>
    kyselyShop(
      new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max }) }) }),
    ),
  createDatabase: (url: string): Shop => kyselyShop(createDatabase<Tables>({ connectionString: url, max })),
}

function kyselyShop(database: Kysely<Tables>): Shop {
  return {
    find: (id) => database.selectFrom('book').select(['id', 'title', 'author_id']).where('id', '=', id).execute(),
    end: () => database.destroy(),
  }
}

export const start: Start<ByKeySetting> = async ({ url, contender, concurrency }) => {
  const shop = contenders[contender](url)
  let next = 0

  async function call(until: number): Promise<void> {
    while (next < until) {
      const id = 1 + ((next++ * 7) % bookCount)
      const [book] = await shop.find(id)
      if (book?.id !== id) throw new Error(`Found book ${book?.id} instead of ${id}`)
    }
  }

  return {
    async round(operations) {
      const until = next + operations
      await Promise.all(Array.from({ length: concurrency }, () => call(until)))
    },
    end: () => shop.end(),
  }
}
