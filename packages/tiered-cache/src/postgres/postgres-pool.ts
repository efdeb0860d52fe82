import { checkOptions, instanceOrShape } from '@seawall/options'

/** What a statement brings. */
export interface PostgresRows {
  /** Its rows. */
  readonly rows: unknown[]
}

/** What the tier needs of a pool, and of a client in a transaction: `pg.Pool`, `pg.Client` and `@seawall/pooled-db` have it. */
export interface PostgresQueryable {
  /** Runs one statement. */
  query(text: string, values: unknown[]): Promise<PostgresRows>
}

/** A client that is kept for listening: `pg.Client`. */
export interface PostgresListener {
  /** Connects. */
  connect(): Promise<unknown>
  /** Runs one statement. */
  query(text: string): Promise<unknown>
  /** Listens to the client's events. */
  on(event: string, listener: (...args: unknown[]) => void): unknown
  /** Ends the connection. */
  end(): Promise<void>
  /** What `pg.Client` has beneath: its socket, which is destroyed when the server does not answer the goodbye. */
  readonly connection?: {
    /** The socket. */
    readonly stream?: {
      /** Ends the socket at once. */
      destroy(): unknown
    }
  }
}

const queryable = instanceOrShape('a pool or client of pg', 'query')

/** @throws TypeError when it is neither. */
export function checkQueryable(action: string, pool: object): void {
  checkOptions(action, { pool }, { pool: queryable }, ['pool'])
}
