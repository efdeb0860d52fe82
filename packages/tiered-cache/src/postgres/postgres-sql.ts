import { quoteTable } from './postgres-table.ts'

/** How long versions are kept without being used. */
const kept = "interval '30 days'"
const now = 'clock_timestamp()'
const ms = (parameter: string) => `${parameter}::float8 * interval '1 millisecond'`

const hashOfKey = "hashtextextended(encode(key, 'hex'), 0)"
/** Whether no transaction is changing the key. Who would insert its row would wait for the end of that transaction. */
const isFree = `pg_try_advisory_xact_lock_shared(${hashOfKey})`

/**
 * The statements on one table. Rows are locked in the order of their keys wherever several are, so that no two statements
 * wait for each other. Time is the database's alone.
 */
export function statementsOn(table: string) {
  const t = quoteTable(table)
  /** Whether a row is an entry that counts; `generation` is the version of the namespace. */
  const isLive = (row: string, generation: string) => `(${row}.payload IS NOT NULL AND ${row}.hard_at > ${now}
    AND ${row}.generation = ${generation} AND NOT EXISTS (
      SELECT FROM unnest(${row}.tags, ${row}.tag_versions) AS bound (name, version)
      LEFT JOIN ${t} AS tag ON tag.key = bound.name WHERE tag.version IS DISTINCT FROM bound.version))`
  const generationAt = (parameter: string) => `(SELECT version FROM ${t} WHERE key = ${parameter})`
  const locked = (parameter: string) =>
    `SELECT key FROM ${t} WHERE key = ANY(${parameter}::bytea[]) ORDER BY key FOR UPDATE`
  const orReplace = `ON CONFLICT (key)
    DO UPDATE SET (version, payload, generation, tags, tag_versions, soft_at, hard_at, kept_until, lease)
      = (excluded.version, excluded.payload, excluded.generation, excluded.tags, excluded.tag_versions, excluded.soft_at,
         excluded.hard_at, excluded.kept_until, NULL)`
  const given = `unnest($1::bytea[], $2::text[], $4::int[], $5::int[], $6::float8[], $7::float8[])
    AS given (key, version, start, size, soft_ms, hard_ms)`
  const payload = 'substring($3::bytea FROM given.start FOR given.size)'
  const live = isLive('row', 'excluded.generation')
  const freeEpoch = `SELECT key FROM ${t} WHERE key = ANY($1::bytea[]) ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED`
  const number =
    "CASE WHEN encode(row.payload, 'escape') ~ '^-?[0-9]{1,16}$' THEN encode(row.payload, 'escape')::numeric END"
  return {
    /** $1 generation, $2 keys. */
    read: `SELECT row.key, row.version, row.payload, row.tags, ${isLive('row', generationAt('$1'))} AS is_live,
      extract(epoch FROM row.soft_at - ${now})::float8 * 1000 AS soft_ms,
      extract(epoch FROM row.hard_at - ${now})::float8 * 1000 AS hard_ms
      FROM ${t} AS row WHERE row.key = ANY($2::bytea[]) AND row.payload IS NOT NULL`,
    /** $1 keys, $2 how long they must be kept at least. */
    versions: `SELECT key, version FROM ${t}
      WHERE key = ANY($1::bytea[]) AND version IS NOT NULL AND kept_until > ${now} + ${ms('$2')}`,
    /** $1 keys, $2 version for what has none, $3 how long to keep them at least. */
    makeVersions: `INSERT INTO ${t} AS row (key, version, kept_until)
      SELECT key, $2, ${now} + greatest(${kept}, 2 * ${ms('$3')}) FROM unnest($1::bytea[]) AS key
      WHERE ${isFree} ORDER BY key
      ON CONFLICT (key) DO UPDATE SET kept_until = excluded.kept_until, version = coalesce(row.version, excluded.version)
      RETURNING key, version`,
    /** $1 epochs: one that no transaction holds. */
    freeEpoch,
    /** $1 keys, $2 version. */
    setVersions: `INSERT INTO ${t} (key, version, kept_until)
      SELECT key, $2, ${now} + ${kept} FROM unnest($1::bytea[]) AS key ORDER BY key
      ON CONFLICT (key) DO UPDATE SET version = excluded.version, kept_until = excluded.kept_until RETURNING key`,
    /** $1 keys, $2 tokens, $3 milliseconds, $4 known versions. */
    acquire: `INSERT INTO ${t} AS row (key, lease, version, lease_until, kept_until)
      SELECT key, token, known, ${now} + ${ms('for_ms')}, ${now} + ${ms('for_ms')}
      FROM unnest($1::bytea[], $2::text[], $3::float8[], $4::text[]) AS asked (key, token, for_ms, known)
      WHERE ${isFree} ORDER BY key
      ON CONFLICT (key) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until,
        kept_until = greatest(row.kept_until, excluded.lease_until)
      WHERE (row.lease IS NULL OR row.lease_until <= ${now})
        AND (row.payload IS NULL OR row.hard_at <= ${now} OR row.version = excluded.version)
      RETURNING lease`,
    /** $1 key, $2 token, $3 milliseconds. */
    claim: `INSERT INTO ${t} AS row (key, lease, lease_until, kept_until)
      VALUES ($1, $2, ${now} + ${ms('$3')}, ${now} + ${ms('$3')})
      ON CONFLICT (key) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until,
        kept_until = greatest(row.kept_until, excluded.lease_until)`,
    /** As `putAll`, then $11 tokens, $12 the name of the generation. A row that is locked is being changed: its lease is broken. */
    fillAll: `WITH mine AS (SELECT row.key FROM ${t} AS row
        JOIN unnest($1::bytea[], $11::text[]) AS asked (key, token) ON row.key = asked.key AND row.lease = asked.token
        WHERE row.lease_until > ${now} ORDER BY row.key FOR UPDATE OF row SKIP LOCKED)
      UPDATE ${t} AS row SET version = given.version, payload = ${payload}, generation = $8, tags = $9::bytea[],
        tag_versions = $10::text[], soft_at = ${now} + ${ms('soft_ms')}, hard_at = ${now} + ${ms('hard_ms')},
        kept_until = ${now} + ${ms('hard_ms')}, lease = NULL
      FROM mine JOIN ${given} ON given.key = mine.key
      WHERE row.key = mine.key AND $8 = ${generationAt('$12')} AND NOT EXISTS (
        SELECT FROM unnest($9::bytea[], $10::text[]) AS bound (name, version)
        LEFT JOIN ${t} AS tag ON tag.key = bound.name WHERE tag.version IS DISTINCT FROM bound.version) RETURNING row.key`,
    /** $1 keys, $2 tokens. */
    release: `UPDATE ${t} AS row SET lease = NULL FROM unnest($1::bytea[], $2::text[]) AS asked (key, token)
      WHERE row.key = asked.key AND row.lease = asked.token`,
    /**
     * Stores entries with the same tags: $1 keys, $2 versions, $3 all payloads, $4 where each begins, $5 their lengths,
     * $6 soft, $7 hard, $8 generation, $9 tags, $10 their versions.
     */
    putAll: `INSERT INTO ${t} AS row (key, version, payload, generation, tags, tag_versions, soft_at, hard_at, kept_until)
      SELECT key, version, ${payload}, $8::text, $9::bytea[], $10::text[], ${now} + ${ms('soft_ms')},
        ${now} + ${ms('hard_ms')}, ${now} + ${ms('hard_ms')} FROM ${given} ORDER BY key ${orReplace} RETURNING key`,
    /** $1 keys. */
    delete: `DELETE FROM ${t} WHERE key IN (${locked('$1')}) RETURNING key`,
    /** $1 keys. */
    expire: `UPDATE ${t} SET soft_at = least(soft_at, ${now}), lease = NULL WHERE key IN (${locked('$1')}) RETURNING key`,
    /**
     * Stores an entry; no row when there is one: $1 key, $2 version, $3 payload, $4 generation, $5 tags, $6 their versions,
     * $7 soft, $8 hard.
     */
    add: `INSERT INTO ${t} AS row (key, version, payload, generation, tags, tag_versions, soft_at, hard_at, kept_until)
      VALUES ($1, $2, $3, $4, $5::bytea[], $6::text[], ${now} + ${ms('$7')}, ${now} + ${ms('$8')}, ${now} + ${ms('$8')})
      ${orReplace} WHERE NOT ${live} RETURNING key`,
    /** As `add`, then $9 summand; no row when what is there is no integer. */
    increment: `INSERT INTO ${t} AS row (key, version, payload, generation, tags, tag_versions, soft_at, hard_at, kept_until)
      VALUES ($1, $2, $3, $4, $5::bytea[], $6::text[], ${now} + ${ms('$7')}, ${now} + ${ms('$8')}, ${now} + ${ms('$8')})
      ON CONFLICT (key) DO UPDATE SET (version, lease, payload, generation, tags, tag_versions, soft_at, hard_at, kept_until)
        = (SELECT excluded.version, NULL::text, new.* FROM (
            SELECT convert_to((${number} + $9::numeric)::text, 'UTF8'), row.generation, row.tags, row.tag_versions,
              row.soft_at, row.hard_at, row.kept_until WHERE ${live}
            UNION ALL SELECT excluded.payload, excluded.generation, excluded.tags, excluded.tag_versions, excluded.soft_at,
              excluded.hard_at, excluded.kept_until WHERE NOT ${live}) AS new)
      WHERE NOT ${live} OR ${number} + $9::numeric BETWEEN -9007199254740991 AND 9007199254740991 RETURNING payload`,
    /** $1 key, $2 generation, $3 soft, $4 hard. */
    touch: `UPDATE ${t} AS row SET soft_at = ${now} + ${ms('$3')}, hard_at = ${now} + ${ms('$4')},
        kept_until = ${now} + ${ms('$4')} WHERE row.key = $1 AND ${isLive('row', generationAt('$2'))} RETURNING key`,
    /** $1 keys: until the transaction ends no lease is granted on them, and no version made of them. */
    lockKeys: `SELECT pg_advisory_xact_lock(hash) FROM (
      SELECT DISTINCT ${hashOfKey} AS hash FROM unnest($1::bytea[]) AS key ORDER BY hash) AS hashes`,
    /** $1 how many. */
    prune: `DELETE FROM ${t} WHERE key IN (SELECT key FROM ${t} WHERE kept_until < ${now}
      ORDER BY kept_until LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING key`,
  } as const
}

/** The statements on one table. */
export type Statements = ReturnType<typeof statementsOn>

/**
 * A statement that also tells of the change that it makes, in the same step: $n channel, $n+1 messages. Where it returns
 * no row, there is one of nulls.
 */
export function withNews(statement: string, firstParameter: number): string {
  return `WITH done AS (${statement}),
    told AS (SELECT pg_notify($${firstParameter}, message) FROM unnest($${firstParameter + 1}::text[]) AS message)
    SELECT done.* FROM (SELECT count(*) FROM told) AS counted LEFT JOIN done ON true`
}
