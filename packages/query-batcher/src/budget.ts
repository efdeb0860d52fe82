/**
 * Guards against N+1: counts the statements of a test or a request, and names those that are sent again and again.
 *
 * @module budget
 */
export {
  countQueries,
  type CountableConnection,
  type CountableDialect,
  type CountableDriver,
} from './budget/count-queries.ts'
export { expectQueries, type ExpectedQueries } from './budget/expect-queries.ts'
export {
  queryBudget,
  repeatDetector,
  type Closing,
  type QueryBudget,
  type QueryBudgetOptions,
} from './budget/query-budget.ts'
export type { QueryReport, RepeatedStatement, StatementCount } from './budget/query-report.ts'
export { recordQuery } from './budget/query-scope.ts'
export { QueryBudgetError } from './errors.ts'
