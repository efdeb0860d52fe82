import { Client } from 'pg'

/** Lets every statement on reviews wait, as long as the test wants. Returns what lets them go on. */
export async function holdReviews(databaseUrl: string): Promise<() => Promise<void>> {
  const holder = new Client({ connectionString: databaseUrl, application_name: 'holder' })
  await holder.connect()
  await holder.query('begin')
  await holder.query('lock table review in access exclusive mode')
  return () => holder.end()
}

/** How many connections of the bookstore to its database are in a state. */
export async function backends(admin: Client, state: 'active' | 'idle'): Promise<number> {
  const { rowCount } = await admin.query(
    `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend' and application_name <> 'holder' and state = $1`,
    [state],
  )
  return rowCount ?? 0
}
