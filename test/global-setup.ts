import { endWithParent, startPostgres, startRedis } from '@seawall/services'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    redisUrl: string
  }
}

/** Starts the servers that all test files share. When vitest dies without a teardown, their keepers end them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // a killed `npm test` must not leave vitest running
  if (process.env['npm_lifecycle_event'] !== undefined) endWithParent()
  const [postgres, redis] = await Promise.all([startPostgres({ maxConnections: 400 }), startRedis()])
  project.provide('postgresUrl', postgres.url)
  project.provide('redisUrl', redis.url)
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()])
  }
}
