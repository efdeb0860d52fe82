import { describe, type QueryReport } from './budget/query-report.ts'
import type { Key } from './key.ts'

/** A relation with `required: true` found no row for a parent. */
export class MissingRelationError extends Error {
  /** Always `'ERR_RELATION_MISSING'`. */
  readonly code = 'ERR_RELATION_MISSING'
  /** The relation's name, below the names of the relations that it is nested in: `reviews.user`. */
  readonly relation: string
  /** The parent's key that no row has, or `null` where the parent had none; of several columns, a list of their values. */
  readonly key: Key | null | readonly (Key | null)[]

  /** @internal */
  constructor(relation: string, reference: string, key: MissingRelationError['key']) {
    super(`Cannot prefetch '${relation}' as it is required and no row has this '${reference}': ${String(key)}`)
    this.name = 'MissingRelationError'
    this.relation = relation
    this.key = key
  }
}

/** A batch took longer than its `timeoutMs`. */
export class BatchTimeoutError extends Error {
  /** Always `'ERR_BATCH_TIMEOUT'`. */
  readonly code = 'ERR_BATCH_TIMEOUT'
  /** The batcher's name, `null` where it has none. */
  readonly batcher: string | null
  /** How many keys the batch asked for. */
  readonly keys: number
  /** How long it was given, in milliseconds. */
  readonly timeoutMs: number

  /** @internal */
  constructor(batcher: string | null, keys: number, timeoutMs: number) {
    super(`Cannot load ${keys} keys${batcher === null ? '' : ` of '${batcher}'`} within ${timeoutMs} ms`)
    this.name = 'BatchTimeoutError'
    this.batcher = batcher
    this.keys = keys
    this.timeoutMs = timeoutMs
  }
}

/** More statements were sent than allowed, fewer than expected, or one again and again. */
export class QueryBudgetError extends Error {
  /** Always `'ERR_QUERY_BUDGET'`. */
  readonly code = 'ERR_QUERY_BUDGET'
  /** What was sent, how often and from where. */
  readonly report: QueryReport

  /** @internal */
  constructor(report: QueryReport, hint = '') {
    super(`${describe(report)}${hint}`)
    this.name = 'QueryBudgetError'
    this.report = report
  }
}
