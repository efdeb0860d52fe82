import { recordQuery } from './query-scope.ts'

/** What is needed of a connection of Kysely's driver. */
export interface CountableConnection {
  /** Sends a statement. */
  executeQuery(query: { readonly sql: string }, ...rest: never[]): unknown
  /** Sends a statement, and reads its rows in parts. */
  streamQuery(query: { readonly sql: string }, ...rest: never[]): unknown
}

/** What is needed of a driver of Kysely: every one fits. */
export interface CountableDriver {
  /** Gives a connection, new or used before. */
  acquireConnection(...options: never[]): Promise<object>
}

/** What is needed of a dialect of Kysely: every one fits. */
export interface CountableDialect<Adapter, Driver, Database, Introspector, Compiler> {
  /** Makes the adapter. */
  createAdapter(): Adapter
  /** Makes the driver, whose connections are counted on. */
  createDriver(): Driver
  /** Makes the introspector. */
  createIntrospector(db: Database): Introspector
  /** Makes the compiler. */
  createQueryCompiler(): Compiler
}

/**
 * The same dialect, whose statements are counted: for Kysely on any pool but Seawall's, which is counted already.
 *
 * @param dialect - A dialect of Kysely.
 * @example
 * ```ts
 * import { countQueries } from '@seawall/query-batcher/budget'
 * import { Kysely, PostgresDialect } from 'kysely'
 *
 * const counted = new Kysely({ dialect: countQueries(new PostgresDialect({ pool })) })
 * ```
 */
export function countQueries<Adapter, Driver extends CountableDriver, Database, Introspector, Compiler>(
  dialect: CountableDialect<Adapter, Driver, Database, Introspector, Compiler>,
): CountableDialect<Adapter, Driver, Database, Introspector, Compiler> {
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => countingDriver(dialect.createDriver()),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  }
}

/** Drivers keep their connections, so each is changed once. */
function countingDriver<Driver extends CountableDriver>(driver: Driver): Driver {
  const counting = new WeakSet<object>()
  const acquire = driver.acquireConnection.bind(driver)
  driver.acquireConnection = async (...options) => {
    const connection = await acquire(...options)
    if (!counting.has(connection)) count(connection as CountableConnection)
    counting.add(connection)
    return connection
  }
  return driver
}

function count(connection: CountableConnection): void {
  const execute = connection.executeQuery.bind(connection)
  const stream = connection.streamQuery.bind(connection)
  connection.executeQuery = (query, ...rest) => {
    recordQuery(query.sql)
    return execute(query, ...rest)
  }
  connection.streamQuery = (query, ...rest) => {
    recordQuery(query.sql)
    return stream(query, ...rest)
  }
}
