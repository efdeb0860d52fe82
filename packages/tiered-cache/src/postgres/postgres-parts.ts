import type { PostgresBonds } from './postgres-bonds.ts'
import type { PostgresKeys } from './postgres-keys.ts'
import type { PostgresNews } from './postgres-news.ts'
import type { PostgresQueryable } from './postgres-pool.ts'
import type { PostgresReader } from './postgres-reader.ts'
import type { Statements } from './postgres-sql.ts'

/** What a store works with. */
export interface PostgresParts {
  readonly pool: PostgresQueryable
  readonly keys: PostgresKeys
  readonly statements: Statements
  readonly bonds: PostgresBonds
  readonly reader: PostgresReader
  readonly news: PostgresNews
}
