import { type Dialect, Kysely, type TransactionBuilder } from 'kysely'
import type { Pool } from './pool.ts'
import type { PoolOptions } from './options.ts'
import { ReplicaMonitor } from './replica-monitor.ts'
import type { SplitOptions } from './replica-options.ts'
import { ReplicaRouter, type Server } from './replica-router.ts'
import { type Route, RoutingDriver } from './routing-driver.ts'
import { holdingBuilder } from './transaction-builder.ts'

/** How far one replica is behind the primary, as of the last time that both were asked. */
export interface ReplicaLag {
  /** In milliseconds. */
  readonly ms: number
  /** In bytes of the write-ahead log. */
  readonly bytes: number
  /** Whether reads go to it. */
  readonly isUsed: boolean
}

/** A pool with Kysely's dialect on it. */
export interface PooledServer {
  /** The connections. */
  readonly pool: Pool
  /** What Kysely runs on them. */
  readonly dialect: Dialect
}

/** Makes the pool of a primary, or of a replica. */
type Connect = (options: PoolOptions, isReplica?: boolean) => PooledServer

/** A Kysely instance over a primary and its replicas. */
export class ReplicatedKysely<DB> extends Kysely<DB> {
  readonly pool: Pool
  readonly primary: Kysely<DB>
  readonly replica: Kysely<DB>
  readonly replicaPools: readonly Pool[]
  readonly #router: ReplicaRouter

  constructor({ pool, replicas, rules }: SplitOptions, connect: Connect) {
    const primary = connect(pool)
    const others = replicas.map((replica) => connect(replica, true))
    const probes = replicas.map((replica) => connect(probeOptions(replica), true).pool)
    const monitor = new ReplicaMonitor(connect(probeOptions(pool)).pool, probes, rules.lagCheckMs)
    const router = new ReplicaRouter(toServer(primary), others.map(toServer), monitor, rules)
    super({ dialect: routed(primary.dialect, router, 'by statement') })
    this.#router = router
    this.pool = primary.pool
    this.replicaPools = others.map((server) => server.pool)
    this.primary = new Kysely<DB>({ dialect: routed(primary.dialect, router, 'primary') })
    this.replica = new Kysely<DB>({ dialect: routed(primary.dialect, router, 'replica') })
  }

  /** How far each replica is behind. */
  replicaLags(): readonly ReplicaLag[] {
    return this.#router.lags()
  }

  override transaction(): TransactionBuilder<DB> {
    return holdingBuilder(super.transaction(), this.pool)
  }

  override async destroy(): Promise<void> {
    await super.destroy()
    await Promise.all([this.#router.close(), this.pool.end(), ...this.replicaPools.map((pool) => pool.end())])
  }
}

function toServer({ pool, dialect }: PooledServer): Server {
  return { pool, driver: dialect.createDriver() }
}

function routed(dialect: Dialect, router: ReplicaRouter, route: Route): Dialect {
  return {
    createDriver: () => new RoutingDriver(router, route),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  }
}

/** One connection of its own, so that a server that is busy is not taken for one that is slow; every wait is short. */
function probeOptions(options: PoolOptions): PoolOptions {
  return {
    ...options,
    max: 1,
    min: 0,
    maxWaiting: 1,
    acquireTimeoutMs: 2000,
    connectTimeoutMs: 2000,
    queryTimeoutMs: 2000,
  }
}
