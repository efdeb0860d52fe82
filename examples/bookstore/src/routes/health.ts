import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { json, problem, type Handler } from '../route.ts'
import type { Tables } from '../schema.ts'

/** Well before whoever probes gives up, and before the pool does. */
const readyWithinMs = 500

/** `GET /healthz`: the process answers. */
export const healthRoute: Handler = async () => json({ status: 'ok' })

/** `GET /readyz`: the process can serve; 503 while it shuts down, and while the database does not answer at once. */
export function readyRoute(db: Kysely<Tables>, isClosing: () => boolean): Handler {
  return async () => {
    if (isClosing()) return problem(503, 'Service Unavailable', 'Shutting down')
    return (await isAnswering(db)) ? json({ status: 'ready' }) : problem(503, 'Service Unavailable', 'No database')
  }
}

async function isAnswering(db: Kysely<Tables>): Promise<boolean> {
  const over = new AbortController()
  const answered = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  const late = sleep(readyWithinMs, false, { ref: false, signal: over.signal }).catch(() => false)
  const isInTime = await Promise.race([answered, late])
  over.abort()
  return isInTime
}
