/*
 * What the bookstore does, seen from outside over real sockets, whatever framework it is mounted on. An example calls
 * `describeBookstore` from its one test file.
 */
import { startPostgres, type Service } from '@seawall/services'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeAggregate } from './describe-aggregate.ts'
import { describeCatalog } from './describe-catalog.ts'
import { describeDatabaseLoss } from './describe-database-loss.ts'
import { describeHangingDatabase } from './describe-hanging-database.ts'
import { describeHeaders } from './describe-headers.ts'
import { describeLogin } from './describe-login.ts'
import { describeProcesses } from './describe-processes.ts'
import { describeRedis } from './describe-redis.ts'
import { describeReviews } from './describe-reviews.ts'
import { describeRoutes } from './describe-routes.ts'
import { describeShutDown } from './describe-shut-down.ts'
import { describeStaticFiles } from './describe-static-files.ts'
import type { Framework } from './framework.ts'

export type { Framework } from './framework.ts'

/** Describes the bookstore on a framework. */
export function describeBookstore(framework: Framework): void {
  describe(`the bookstore on ${framework.name}`, () => {
    describeRoutes(framework)
    describeHeaders(framework)
    describeStaticFiles(framework)
    describeLogin(framework)
    describeReviews(framework)
    describeAggregate(framework)
    describeDatabaseLoss(framework)
    describeRedis(framework)
    describeShutDown(framework)
    describe('with a PostgreSQL of its own', () => {
      const postgres = usePostgres()
      describeCatalog(framework, postgres)
      describeHangingDatabase(framework, postgres)
      describeProcesses(framework, postgres)
    })
  })
}

/** A server that counts its statements. */
function usePostgres(): () => Service {
  let postgres: Service
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } })
  })
  afterAll(() => postgres.stop())
  return () => postgres
}
