import { countQueries, queryBudget, repeatDetector, type QueryBudget } from '@seawall/query-batcher/budget'
import type { Start } from '../runner.ts'

/** What watches over a request: `none` counts nothing, `counted` counts and has no guard. */
export type Guard = 'none' | 'counted' | 'queryBudget' | 'repeatDetector'

/** Requests that send statements over a connection that answers at once. */
export interface GuardsSetting {
  readonly guard: Guard
  /** How many statements a request sends. */
  readonly statements: number
  /** How many different ones. */
  readonly texts: number
}

type Query = { readonly sql: string }

export const start: Start<GuardsSetting> = async ({ guard, statements, texts }) => {
  const driver = guard === 'none' ? dialect().createDriver() : countQueries(dialect()).createDriver()
  const connection = await driver.acquireConnection()
  const queries = Array.from({ length: statements }, (_, index) => queryAt(index % texts))
  let reports = 0
  const run = runnerOf(guard, () => void reports++)
  const request = async () => {
    for (const query of queries) await connection.executeQuery(query)
  }
  return {
    async round(operations) {
      const before = reports
      for (let done = 0; done < operations; done += statements) await run(request)
      return { 'reports a request': (reports - before) / (operations / statements) }
    },
  }
}

function runnerOf(guard: Guard, onReport: () => void): (request: () => Promise<void>) => Promise<void> {
  const budget = budgetOf(guard, onReport)
  return budget === undefined ? (request) => request() : (request) => budget.run(request)
}

function budgetOf(guard: Guard, onReport: () => void): QueryBudget | undefined {
  if (guard === 'queryBudget') return queryBudget(50, { onReport })
  return guard === 'repeatDetector' ? repeatDetector({ onReport }) : undefined
}

function queryAt(index: number): Query {
  return { sql: `select "id", "title", "price" from "book_${index}" where "id" = $1 and "is_published" = $2` }
}

/** Less than any real one, so that nothing but the guard is measured. */
function dialect() {
  const connection = {
    executeQuery: async (query: Query) => query,
    streamQuery: (query: Query) => query,
  }
  return {
    createAdapter: () => null,
    createDriver: () => ({ acquireConnection: async () => connection }),
    createIntrospector: () => null,
    createQueryCompiler: () => null,
  }
}
