import type { PostgresQueryable } from './postgres-pool.ts'
import type { Statements } from './postgres-sql.ts'

/** How many rows one statement removes: it must not hold others up. */
const batchRows = 500
/** How many statements may follow each other. What is left waits for the next time, or for another process. */
const maxBatches = 20

/**
 * Removes rows that are over, now and then. Processes share the work: each passes over what another is just removing.
 *
 * @returns How to end it.
 */
export function startPruning(pool: PostgresQueryable, statements: Statements, everyMs: number): () => void {
  let isBusy = false
  let hasEnded = false
  const prune = async () => {
    if (isBusy) return
    isBusy = true
    try {
      for (let batch = 0; batch < maxBatches && !hasEnded; batch++) {
        const { rows } = await pool.query(statements.prune, [batchRows])
        if (rows.length < batchRows) break
      }
    } catch {
      // The database is away or the table not there yet: the next time will do.
    } finally {
      isBusy = false
    }
  }
  const timer = setInterval(() => void prune(), everyMs).unref()
  return () => {
    hasEnded = true
    clearInterval(timer)
  }
}
