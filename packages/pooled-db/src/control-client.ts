import type { PostgresClientConstructor } from 'kysely'
import { Connection } from './connection.ts'
import type { PoolSettings } from './options.ts'
import type { QueryResult, Submittable } from './pool.ts'

/**
 * What Kysely makes to cancel a statement: a connection outside the pool, since a pool whose connections are all busy is
 * when cancelling matters. Kysely gives it the pool's public options, which it does not need.
 */
export function controlClientFor(settings: PoolSettings): PostgresClientConstructor {
  return class {
    readonly #connection = new Connection(settings, () => {})

    async connect() {
      await this.#connection.open()
      return this
    }

    query<Row>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<Row>>
    query<Query extends Submittable>(query: Query): Query
    query(query: string | Submittable, parameters: readonly unknown[] = []): Promise<QueryResult> | Submittable {
      if (typeof query === 'string') return this.#connection.query(query, parameters, settings.queryTimeoutMs)
      this.#connection.submit(query)
      return query
    }

    end(): void {
      void this.#connection.close()
    }
  }
}
