import type {
  AbortableOperationOptions,
  AbortableQueryOptions,
  CompiledQuery,
  ConnectionProvider,
  DatabaseConnection,
  DialectAdapter,
  KyselyPlugin,
  QueryExecutor,
  QueryId,
  QueryResult,
  RootOperationNode,
} from 'kysely'
import type { QueryResult as PoolResult } from './query-result.ts'
import { queryOptions, toKysely } from './kysely-driver.ts'
import type { ConnectionPool } from './create-pool.ts'
import { tracedToCaller } from './traced-to-caller.ts'

/**
 * Kysely's executor, with a short way for what is done most: a single statement outside of a transaction goes to the pool at
 * once, and is not told to borrow a connection first. All else is left to Kysely's own executor.
 */
export class PooledExecutor implements QueryExecutor {
  readonly #inner: QueryExecutor
  readonly #pool: ConnectionPool

  constructor(inner: QueryExecutor, pool: ConnectionPool) {
    this.#inner = inner
    this.#pool = pool
  }

  get adapter(): DialectAdapter {
    return this.#inner.adapter
  }

  get plugins(): readonly KyselyPlugin[] {
    return this.#inner.plugins
  }

  transformQuery<T extends RootOperationNode>(node: T, queryId: QueryId): T {
    return this.#inner.transformQuery(node, queryId)
  }

  compileQuery<R = unknown>(node: RootOperationNode, queryId: QueryId): CompiledQuery<R> {
    return this.#inner.compileQuery<R>(node, queryId)
  }

  async executeQuery<R>(compiled: CompiledQuery<R>, options?: AbortableQueryOptions): Promise<QueryResult<R>> {
    let result: QueryResult<R>
    try {
      const answer = await this.#pool.run(compiled.sql, compiled.parameters, queryOptions(compiled, options))
      result = toKysely(answer as PoolResult<R>)
    } catch (error) {
      throw tracedToCaller(error)
    }
    for (const plugin of this.plugins) result = await transformed(plugin, compiled, result, options)
    return result
  }

  stream<R>(
    compiled: CompiledQuery<R>,
    chunkSize: number,
    options?: AbortableOperationOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.stream(compiled, chunkSize, options)
  }

  provideConnection<T>(
    consumer: (connection: DatabaseConnection) => Promise<T>,
    options?: AbortableOperationOptions,
  ): Promise<T> {
    return this.#inner.provideConnection(consumer, options)
  }

  /** What Kysely asks for when one connection is used for several statements: the pool is left out. */
  withConnectionProvider(connectionProvider: ConnectionProvider): QueryExecutor {
    return this.#inner.withConnectionProvider(connectionProvider)
  }

  withPlugin(plugin: KyselyPlugin): QueryExecutor {
    return new PooledExecutor(this.#inner.withPlugin(plugin), this.#pool)
  }

  withPlugins(plugins: readonly KyselyPlugin[]): QueryExecutor {
    return new PooledExecutor(this.#inner.withPlugins(plugins), this.#pool)
  }

  withPluginAtFront(plugin: KyselyPlugin): QueryExecutor {
    return new PooledExecutor(this.#inner.withPluginAtFront(plugin), this.#pool)
  }

  withoutPlugins(): QueryExecutor {
    return new PooledExecutor(this.#inner.withoutPlugins(), this.#pool)
  }
}

async function transformed<R>(
  plugin: KyselyPlugin,
  { queryId }: CompiledQuery<R>,
  result: QueryResult<R>,
  options: AbortableQueryOptions | undefined,
): Promise<QueryResult<R>> {
  const signal = options?.signal
  return (await plugin.transformResult({
    queryId,
    result: result as never,
    ...(signal && { signal }),
  })) as QueryResult<R>
}
