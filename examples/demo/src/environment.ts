import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { startPostgres, startRedisIfAny, type Service } from '@seawall/services'

/** What the bookstore runs on: what the variables name, and what was started for the rest. */
export interface Environment {
  /** The bookstore's variables. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** What was found or started, in words. */
  readonly description: string
  /** Ends what was started. */
  stop(): Promise<void>
}

/** How long each upstream service of `/aggregate` takes, in milliseconds. */
export const upstreamDelaysMs = { stock: 60, prices: 120, recommendations: 90 } as const

/**
 * Starts PostgreSQL unless `DATABASE_URL` names one, Redis unless `REDIS_URL` names one and if there is a way to get it, and
 * three small upstream services.
 */
export async function startEnvironment(given: NodeJS.ProcessEnv): Promise<Environment> {
  const [postgres, redis, ...upstreams] = await Promise.all([
    given['DATABASE_URL'] === undefined ? startPostgres() : undefined,
    given['REDIS_URL'] === undefined ? startRedisIfAny() : undefined,
    startUpstream({ available: 7 }, upstreamDelaysMs.stock),
    startUpstream({ prices: [1250] }, upstreamDelaysMs.prices),
    startUpstream({ recommendations: ['Book 42'] }, upstreamDelaysMs.recommendations),
  ])
  const [stock, prices, recommendations] = upstreams.map(urlOf)
  const redisUrl = given['REDIS_URL'] ?? redis?.url
  return {
    variables: {
      ...given,
      DATABASE_URL: given['DATABASE_URL'] ?? postgres?.url,
      REDIS_URL: redisUrl,
      STOCK_URL: stock,
      PRICES_URL: prices,
      RECOMMENDATIONS_URL: recommendations,
    },
    description: `${postgres ? 'an embedded PostgreSQL' : 'the PostgreSQL of DATABASE_URL'}, ${nameOfRedis(redisUrl, redis)}, three upstream services`,
    stop: async () => {
      for (const upstream of upstreams) upstream.closeAllConnections()
      for (const upstream of upstreams) upstream.close()
      await Promise.all([postgres?.stop(), redis?.stop()])
    },
  }
}

function nameOfRedis(url: string | undefined, started: Service | undefined): string {
  if (started) return 'a Redis of its own'
  return url === undefined ? 'no Redis: memory alone' : 'the Redis of REDIS_URL'
}

async function startUpstream(answer: object, delayMs: number): Promise<Server> {
  const server = createServer((_request, response) => {
    setTimeout(() => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)), delayMs)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
