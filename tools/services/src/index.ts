/**
 * Real servers for tests, demos and benchmarks, which never outlive the process that started them.
 *
 * @module services
 */
export { type CreateDatabaseOptions, type TestDatabase, createDatabase } from './create-database.ts'
export { endWithParent } from './end-with-parent.ts'
export { MissingServerError } from './errors.ts'
export { type FoundServer, findServer } from './find-server.ts'
export { type KeptFolder, keepFolder } from './keep-folder.ts'
export { type Certificate, selfSignedCertificate } from './self-signed-certificate.ts'
export type { ServerName } from './server-source.ts'
export type { Service } from './service.ts'
export { type StartMemcachedOptions, startMemcached } from './start-memcached.ts'
export { startNginx } from './start-nginx.ts'
export { type StartPgBouncerOptions, startPgBouncer } from './start-pg-bouncer.ts'
export { type StartPostgresOptions, startPostgres } from './start-postgres.ts'
export { startPostgresReplica } from './start-postgres-replica.ts'
export { type RedisCluster, startRedisCluster } from './start-redis-cluster.ts'
export { type StartRedisOptions, startRedis, startRedisIfAny } from './start-redis.ts'
export { type Sentinels, startSentinels } from './start-sentinels.ts'
