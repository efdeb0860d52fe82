import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely'
import { isRead } from './is-read.ts'
import type { ReplicaRouter, Server } from './replica-router.ts'

/** Where a Kysely instance sends its statements: reads to replicas and the rest to the primary, or everything to one kind. */
export type Route = 'by statement' | 'primary' | 'replica'

type AcquireOptions = Parameters<Driver['acquireConnection']>[0]

/** Drives several servers as one. A connection is borrowed when its first statement is known. */
export class RoutingDriver implements Driver {
  readonly #router: ReplicaRouter
  readonly #route: Route

  constructor(router: ReplicaRouter, route: Route) {
    this.#router = router
    this.#route = route
  }

  async init(): Promise<void> {
    await Promise.all(this.#router.servers.map(({ driver }) => driver.init()))
  }

  async acquireConnection(options?: AcquireOptions): Promise<RoutedConnection> {
    return new RoutedConnection(this.#router, this.#route, options)
  }

  async beginTransaction(connection: RoutedConnection, settings: TransactionSettings): Promise<void> {
    await connection.begin(settings)
  }

  async commitTransaction(connection: RoutedConnection): Promise<void> {
    await connection.end((driver, held) => driver.commitTransaction(held))
  }

  async rollbackTransaction(connection: RoutedConnection): Promise<void> {
    await connection.end((driver, held) => driver.rollbackTransaction(held))
  }

  async savepoint(connection: RoutedConnection, ...rest: SavepointRest): Promise<void> {
    await connection.use((driver, held) => driver.savepoint?.(held, ...rest))
  }

  async rollbackToSavepoint(connection: RoutedConnection, ...rest: SavepointRest): Promise<void> {
    await connection.use((driver, held) => driver.rollbackToSavepoint?.(held, ...rest))
  }

  async releaseSavepoint(connection: RoutedConnection, ...rest: SavepointRest): Promise<void> {
    await connection.use((driver, held) => driver.releaseSavepoint?.(held, ...rest))
  }

  async releaseConnection(connection: RoutedConnection): Promise<void> {
    await connection.release()
  }

  /** The pools are closed by the database that owns them. */
  async destroy(): Promise<void> {}
}

type SavepointRest = Parameters<NonNullable<Driver['savepoint']>> extends [unknown, ...infer Rest] ? Rest : never

/** A connection that is not borrowed yet, or one of a server that it then stays with. */
class RoutedConnection implements DatabaseConnection {
  readonly #router: ReplicaRouter
  readonly #route: Route
  readonly #options: AcquireOptions
  /** The connection that it stays with, once it has written or begun a transaction. */
  #held: { readonly server: Server; readonly connection: DatabaseConnection } | undefined
  /** It has run something else than a select. */
  #hasWritten = false
  /** The connection that runs a statement now. */
  #running: DatabaseConnection | undefined

  constructor(router: ReplicaRouter, route: Route, options: AcquireOptions) {
    this.#router = router
    this.#route = route
    this.#options = options
  }

  async executeQuery<R>(query: CompiledQuery, options?: AcquireOptions): Promise<QueryResult<R>> {
    if (this.#held || !this.#isForReplicas(query)) return this.#stay(query, options)
    let server = this.#router.choose()
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.#read(server, query, options)
      } catch (error) {
        const next = this.#router.alternative(server, query.sql, error, attempts)
        if (!next) throw error
        server = next
      }
    }
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    if (this.#held) {
      yield* this.#held.connection.streamQuery<R>(query, chunkSize)
      return
    }
    const isReading = this.#isForReplicas(query)
    const { driver } = isReading ? this.#router.choose() : this.#router.primary
    const connection = await driver.acquireConnection(this.#options)
    try {
      yield* connection.streamQuery<R>(query, chunkSize)
    } finally {
      await driver.releaseConnection(connection)
      if (!isReading) this.#router.noteWrite()
    }
  }

  async cancelQuery(...rest: Parameters<NonNullable<DatabaseConnection['cancelQuery']>>): Promise<void> {
    await this.#running?.cancelQuery?.(...rest)
  }

  async killSession(...rest: Parameters<NonNullable<DatabaseConnection['killSession']>>): Promise<void> {
    await this.#running?.killSession?.(...rest)
  }

  async begin(settings: TransactionSettings): Promise<void> {
    const { server, connection } = await this.#hold(
      this.#route === 'replica' ? this.#router.choose() : this.#router.primary,
    )
    await server.driver.beginTransaction(connection, settings)
  }

  /** Ends its transaction, and notes what it may have written before its caller can read again. */
  async end(run: (driver: Driver, held: DatabaseConnection) => Promise<void>): Promise<void> {
    try {
      await this.use(run)
    } finally {
      this.#noteWrite()
    }
  }

  async use(run: (driver: Driver, held: DatabaseConnection) => Promise<void> | undefined): Promise<void> {
    if (this.#held) await run(this.#held.server.driver, this.#held.connection)
  }

  async release(): Promise<void> {
    if (!this.#held) return
    this.#noteWrite()
    await this.#held.server.driver.releaseConnection(this.#held.connection)
    this.#held = undefined
  }

  #noteWrite(): void {
    if (this.#hasWritten && this.#held?.server === this.#router.primary) this.#router.noteWrite()
  }

  #isForReplicas(query: CompiledQuery): boolean {
    if (this.#route !== 'by statement') return this.#route === 'replica'
    return isRead(query) && !this.#router.isWriting(query.sql)
  }

  async #hold(server: Server): Promise<{ readonly server: Server; readonly connection: DatabaseConnection }> {
    this.#held ??= { server, connection: await server.driver.acquireConnection(this.#options) }
    return this.#held
  }

  async #stay<R>(query: CompiledQuery, options: AcquireOptions): Promise<QueryResult<R>> {
    const { connection } = await this.#hold(this.#router.primary)
    this.#hasWritten ||= !isRead(query) || this.#router.isWriting(query.sql)
    return this.#run(connection, query, options)
  }

  async #read<R>({ driver }: Server, query: CompiledQuery, options: AcquireOptions): Promise<QueryResult<R>> {
    const connection = await driver.acquireConnection(this.#options)
    try {
      return await this.#run(connection, query, options)
    } finally {
      await driver.releaseConnection(connection)
    }
  }

  async #run<R>(
    connection: DatabaseConnection,
    query: CompiledQuery,
    options: AcquireOptions,
  ): Promise<QueryResult<R>> {
    this.#running = connection
    try {
      if (options?.signal) await connection.collectSessionInfo?.()
      return await connection.executeQuery<R>(query, options)
    } finally {
      this.#running = undefined
    }
  }
}
