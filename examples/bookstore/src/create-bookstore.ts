import type { Guard, GuardOptions } from '@seawall/guard'
import { createDatabase } from '@seawall/pooled-db'
import { memoryStore, rateLimit, type RateLimitStore } from '@seawall/ratelimit'
import { redisStore } from '@seawall/ratelimit/redis'
import { clearSiteData } from '@seawall/security-headers'
import { Redis } from 'ioredis'
import { sql, type Kysely } from 'kysely'
import type { Logger } from 'pino'
import { loadAssets } from './assets/load-assets.ts'
import type { AssetManifest } from './assets/manifest.ts'
import { openCaches, type Caches } from './caches.ts'
import { createLogger, logGuards } from './create-logger.ts'
import { failure } from './failure.ts'
import { logRequests, requestIdOf } from './log-requests.ts'
import { createReadiness } from './readiness.ts'
import { problem, type Outgoing, type Route } from './route.ts'
import { aggregateRoute } from './routes/aggregate.ts'
import { catalogRoute } from './routes/catalog.ts'
import { feedRoute } from './routes/feed.ts'
import { healthRoute, readyRoute } from './routes/health.ts'
import { homeRoute } from './routes/home.ts'
import { loginRoute } from './routes/login.ts'
import { logoutRoute } from './routes/logout.ts'
import { reviewsRoute } from './routes/reviews.ts'
import { migrate, type Tables } from './schema.ts'
import { seed } from './seed.ts'
import { createSessions } from './session.ts'
import { countStatements, withServerTiming } from './server-timing.ts'
import type { Settings } from './settings.ts'
import { siteGuards } from './site-guards.ts'

/** The bookstore without a framework: what to mount, and how to end it. */
export interface Bookstore {
  /** Mounted before everything else. */
  readonly guards: readonly Guard[]
  /** Options of the framework's door. */
  readonly guardOptions: GuardOptions
  /** Mounted behind a parser for JSON and form bodies. */
  readonly routes: readonly Route[]
  /** What any other path gets. */
  readonly notFound: Outgoing
  /** What a request gets when a handler throws: the error goes to the log. A body that a parser refused gets its 4xx. */
  readonly failed: (error: unknown, request: object) => Outgoing
  /** The log. */
  readonly logger: Logger
  /** From now on `/readyz` says that the process is going. */
  readonly drain: () => void
  /** Closes the pool, the caches and Redis. */
  readonly close: () => Promise<void>
}

/**
 * Opens what the settings name, creates and fills the tables where they are missing, and returns what to mount.
 *
 * @throws Error when PostgreSQL does not answer.
 */
export async function createBookstore(settings: Settings): Promise<Bookstore> {
  const logger = createLogger(settings)
  const assets = await loadAssets()
  const db = createDatabase<Tables>({
    connectionString: settings.databaseUrl,
    max: settings.poolMax,
    pgbouncer: settings.pgbouncer,
  })
  const redis = settings.redisUrl === undefined ? undefined : openRedis(settings.redisUrl, logger)
  const caches = openCaches(settings, redis, logger)
  const stopWatching = [countStatements(), logGuards(logger)]
  let closing = false
  const close = async (): Promise<void> => {
    for (const stop of stopWatching) stop()
    await caches.close()
    await db.destroy()
    redis?.disconnect()
  }
  try {
    await prepare(db)
  } catch (error) {
    await close()
    throw error
  }
  const store = redis ? redisStore(redis, { prefix: 'bookstore' }) : memoryStore()
  return {
    guards: [logRequests(logger), ...siteGuards(settings, assets, store, () => closing)],
    guardOptions: { trustedProxies: settings.trustedProxies },
    routes: routesOf(settings, { db, caches, manifest: assets.manifest, store, isClosing: () => closing }),
    notFound: problem(404, 'Not Found'),
    failed: (error, request) => failure(error, logger.child({ requestId: requestIdOf(request) })),
    logger,
    drain: () => {
      closing = true
    },
    close,
  }
}

/** Creates and fills the tables; of several processes that start at once, one does. */
async function prepare(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('bookstore'))`.execute(transaction)
    await migrate(transaction)
    await seed(transaction)
  })
}

/** Answers at once or not at all: while Redis is away, requests are served without it. */
function openRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
  })
  redis.on('error', (error) => logger.warn({ err: error }, 'redis'))
  return redis
}

interface Parts {
  readonly db: ReturnType<typeof createDatabase<Tables>>
  readonly caches: Caches
  readonly manifest: AssetManifest
  readonly store: RateLimitStore
  readonly isClosing: () => boolean
}

function routesOf(settings: Settings, parts: Parts): Route[] {
  const { db, caches, store, isClosing } = parts
  const sessions = createSessions(settings)
  // decided together: who is refused by one takes nothing of the other
  const loginLimit = rateLimit(
    [
      { name: 'login-ip', key: 'ip', rate: '5/m' },
      { name: 'login-username', key: 'post:username', rate: '5/m' },
    ],
    { store },
  )
  const routes: Route[] = [
    { method: 'get', path: '/', guards: [], handler: homeRoute(parts, sessions) },
    { method: 'get', path: '/catalog', guards: [], handler: catalogRoute(db) },
    { method: 'get', path: '/feed', guards: [], handler: feedRoute(db, caches.data) },
    { method: 'post', path: '/login', guards: [loginLimit], handler: loginRoute(db, sessions) },
    { method: 'post', path: '/logout', guards: [clearSiteData('cookies', 'storage')], handler: logoutRoute(sessions) },
    { method: 'post', path: '/books/:id/reviews', guards: [], handler: reviewsRoute(parts, sessions) },
    { method: 'get', path: '/aggregate', guards: [], handler: aggregateRoute(settings) },
    { method: 'get', path: '/healthz', guards: [], handler: healthRoute },
    { method: 'get', path: '/readyz', guards: [], handler: readyRoute(createReadiness(db, caches.all, isClosing)) },
  ]
  if (!settings.serverTiming) return routes
  return routes.map((route) => ({ ...route, handler: withServerTiming(route.handler) }))
}
