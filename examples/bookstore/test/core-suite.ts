/*
 * What the bookstore does with a PostgreSQL and nothing else, seen from outside over real sockets.
 */
import { describeAggregate } from './describe-aggregate.ts'
import { describeHeaders } from './describe-headers.ts'
import { describeLogin } from './describe-login.ts'
import { describePage } from './describe-page.ts'
import { describeReviews } from './describe-reviews.ts'
import { describeRoutes } from './describe-routes.ts'
import { describeShutDown } from './describe-shut-down.ts'
import { describeSlowClients } from './describe-slow-clients.ts'
import { describeStatements } from './describe-statements.ts'
import { describeStaticFiles } from './describe-static-files.ts'
import type { Framework } from './framework.ts'

/** Describes it on a framework. */
export function describeCore(framework: Framework): void {
  describeRoutes(framework)
  describeHeaders(framework)
  describePage(framework)
  describeStaticFiles(framework)
  describeLogin(framework)
  describeReviews(framework)
  describeAggregate(framework)
  describeStatements(framework)
  describeShutDown(framework)
  describeSlowClients(framework)
}
