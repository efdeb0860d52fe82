import { createDatabase } from '@seawall/pooled-db'
import { sql } from 'kysely'

/** Terminates every other connection to the database, as a restart would. Returns how many. */
export async function cutConnections(connectionString: string): Promise<number> {
  const db = createDatabase<object>({ connectionString, max: 1 })
  try {
    const { rows } = await sql<{ cut: number }>`
      select count(pg_terminate_backend(pid))::int as cut
      from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
    `.execute(db)
    return rows[0]?.cut ?? 0
  } finally {
    await db.destroy()
  }
}
