/*
 * What the bookstore does, seen from outside over real sockets, whatever framework it is mounted on. An example calls
 * `describeBookstore` from its one test file.
 */
import { startPostgres, type Service } from '@seawall/services'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeCore } from './core-suite.ts'
import { describeCatalog } from './describe-catalog.ts'
import { describeDatabaseLoss } from './describe-database-loss.ts'
import { describeFailures } from './describe-failures.ts'
import { describeHangingDatabase } from './describe-hanging-database.ts'
import { describeProcesses } from './describe-processes.ts'
import { describeRedis } from './describe-redis.ts'
import { describeScores } from './describe-scores.ts'
import type { Framework } from './framework.ts'

export type { Framework } from './framework.ts'

/** Describes the bookstore on a framework. */
export function describeBookstore(framework: Framework): void {
  describe(`the bookstore on ${framework.name}`, () => {
    describeCore(framework)
    describeDatabaseLoss(framework)
    describeRedis(framework)
    describeScores(framework)
    describeFailures(framework)
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
