import { string, type Rule } from '@seawall/options'

/** The name of a table, in a schema or not. */
export const tableRule: Rule = string(
  'the name of a table of letters, digits and underscores, with its schema before a dot or without',
  /^[A-Za-z_]\w{0,49}(?:\.[A-Za-z_]\w{0,49})?$/,
)

/** The name as it stands in a statement. */
export function quoteTable(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')
}

/**
 * The statement that creates the table. A row is an entry with its lease, or a version of a namespace or tag. It is not
 * logged: after a crash PostgreSQL empties it, and a cache may well begin anew. The lock keeps processes that start at once
 * from creating it at once.
 */
export function createTableSql(table: string): string {
  const name = quoteTable(table)
  const index = `"${table.replace('.', '_')}_kept_until"`
  return `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('${table}'));
  CREATE UNLOGGED TABLE IF NOT EXISTS ${name} (
    key bytea PRIMARY KEY,
    version text COLLATE "C",
    payload bytea,
    generation text COLLATE "C",
    tags bytea[],
    tag_versions text[] COLLATE "C",
    soft_at timestamptz,
    hard_at timestamptz,
    lease text COLLATE "C",
    lease_until timestamptz,
    kept_until timestamptz NOT NULL
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
  CREATE INDEX IF NOT EXISTS ${index} ON ${name} (kept_until);
END $$`
}
