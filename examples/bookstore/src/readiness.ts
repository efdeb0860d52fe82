import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@seawall/pooled-db'
import type { Cache } from '@seawall/tiered-cache'
import { sql } from 'kysely'
import type { Tables } from './schema.ts'

/** Well before whoever probes gives up, and before the pool does. */
const withinMs = 500

/** `degraded`: it serves, and not as it should. `failed`: it does not answer. */
export type State = 'ok' | 'degraded' | 'failed'

/** Whether a process can serve. */
export interface Readiness {
  /** `failed` when no request for data could be served. */
  readonly status: State
  /** What it stands on, by name: the database, and the tiers of its caches. */
  readonly checks: Readonly<Record<string, State>>
  /** Why it is not ready. */
  readonly detail: string | undefined
}

/** Asks the database through the pool, and each tier of each cache, all at once. */
export function createReadiness(
  db: Database<Tables>,
  caches: readonly Cache[],
  isClosing: () => boolean,
): () => Promise<Readiness> {
  return async () => {
    const [database, ...tiers] = await Promise.all([stateOfDatabase(db), ...caches.map(statesOfTiers)])
    const checks: Record<string, State> = { database }
    for (const [name, state] of tiers.flat()) checks[name] = worse(checks[name] ?? 'ok', state)
    if (isClosing()) return { status: 'failed', checks, detail: 'Shutting down' }
    if (database === 'failed') return { status: 'failed', checks, detail: 'No database' }
    const isWell = Object.values(checks).every((state) => state === 'ok')
    return { status: isWell ? 'ok' : 'degraded', checks, detail: undefined }
  }
}

/** Degraded while requests wait for a connection. */
async function stateOfDatabase(db: Database<Tables>): Promise<State> {
  const over = new AbortController()
  const answered = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  const late = sleep(withinMs, false, { ref: false, signal: over.signal }).catch(() => false)
  const isInTime = await Promise.race([answered, late])
  over.abort()
  if (!isInTime) return 'failed'
  return db.pool.stats().waiting > 0 ? 'degraded' : 'ok'
}

/** Memory is degraded while it may not be used, as it would not hear of changes by other processes. */
async function statesOfTiers(cache: Cache): Promise<(readonly [string, State])[]> {
  const { tiers } = await cache.explain('readyz')
  return tiers.map(({ tier, state }) => {
    if (state === 'failed') return [tier, 'failed']
    return [tier, state === 'distrusted' ? 'degraded' : 'ok']
  })
}

function worse(one: State, other: State): State {
  const order: readonly State[] = ['ok', 'degraded', 'failed']
  return order.indexOf(one) > order.indexOf(other) ? one : other
}
