/*
 * JSON knows neither Date nor int8 nor numeric, and what a driver makes of these is the application's choice. So each
 * type has ways to travel through JSON, and a sample value: the way that makes of the sample what the driver makes of
 * it is the one that is taken, and a type for which none does is refused.
 */
import { isDeepStrictEqual } from 'node:util'
import { sql, type RawBuilder } from 'kysely'
import { alias, keyAlias } from './aliases.ts'
import { instant, localTime } from './json-dates.ts'
import { readJson } from './read-json.ts'
import type { RelationSource } from './relation.ts'
import { rememberShape } from './shapes.ts'
import { run } from './statement.ts'

/** One way of a value through JSON. */
export interface JsonCodec {
  /** What is put into the JSON for a column. */
  readonly encode: (column: RawBuilder<unknown>) => RawBuilder<unknown>
  /** What is made of it, unless it is null; left out, it is taken as it is. */
  readonly decode?: (value: unknown) => unknown
}

const asIs: JsonCodec = { encode: (column) => column }
const text: JsonCodec = { encode: (column) => sql`${column}::text` }
const float: JsonCodec = { encode: (column) => column, decode: Number }
const number: JsonCodec = { ...text, decode: Number }
const bigint: JsonCodec = { ...text, decode: (value) => BigInt(value as string) }
const buffer: JsonCodec = {
  encode: (column) => sql`encode(${column}, 'hex')`,
  decode: (value) => Buffer.from(value as string, 'hex'),
}
const instantCodec: JsonCodec = { encode: (column) => column, decode: (value) => instant(value as string) }
const localCodec: JsonCodec = { encode: (column) => column, decode: (value) => localTime(value as string) }

const samples: Readonly<Record<string, readonly [sample: string, ...JsonCodec[]]>> = {
  boolean: ['true', asIs],
  smallint: ['12', asIs],
  integer: ['12', asIs],
  bigint: ['9007199254740993', text, bigint, number],
  numeric: ['1.10', text, number],
  real: ['1.5', float, text],
  'double precision': ['1.5', float, text],
  text: ['a', asIs],
  'character varying': ['a', asIs],
  character: ['a', asIs],
  '"char"': ['a', asIs],
  name: ['a', asIs],
  uuid: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', asIs],
  json: ['{"a_b": [1]}', asIs, text],
  jsonb: ['{"a_b": [1]}', asIs, text],
  date: ['2001-02-03', localCodec, text],
  'timestamp without time zone': ['2001-02-03 04:05:06.789', localCodec, text],
  'timestamp with time zone': ['2001-02-03 04:05:06.789+00', instantCodec, text],
  'time without time zone': ['04:05:06', asIs],
  'time with time zone': ['04:05:06+00', asIs],
  interval: ['1 day', asIs],
  bytea: ['\\x00ff', buffer, text],
  inet: ['127.0.0.1', asIs],
  oid: ['12', asIs],
  'text[]': ['{a,NULL}', asIs],
  'character varying[]': ['{a,NULL}', asIs],
  'uuid[]': ['{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', asIs],
  'smallint[]': ['{12,NULL}', asIs],
  'integer[]': ['{12,NULL}', asIs],
  'boolean[]': ['{true,NULL}', asIs],
}

/** For each type the way that fits the driver; a type that is not in it has none. Asked once. */
export function jsonCodecs(source: RelationSource): Promise<ReadonlyMap<string, JsonCodec>> {
  const plugins = source.db.getExecutor().plugins.map((plugin) => plugin.constructor.name)
  return rememberShape(source.db, `codecs ${plugins.join()}`, () => askForCodecs(source))
}

async function askForCodecs(source: RelationSource): Promise<ReadonlyMap<string, JsonCodec>> {
  const types = Object.entries(samples)
  const columns = types.flatMap(([type, [sample, ...codecs]], index) => {
    const value = sql`cast(${sql.lit(sample)} as ${sql.raw(type)})`
    const encoded = codecs.map(({ encode }) => encode(value))
    return [value.as(alias(index)), sql`json_build_array(${sql.join(encoded)})::text`.as(keyAlias(index))]
  })
  const [row = {}] = await run<Record<string, unknown>>(source, sql`select ${sql.join(columns)}`.compile(source.db))
  const fitting = new Map<string, JsonCodec>([['enum', asIs]])
  for (const [index, [type, [, ...codecs]]] of types.entries()) {
    const encoded = readJson(row[keyAlias(index)]) as unknown[]
    const codec = codecs.find(({ decode = same }, way) => isDeepStrictEqual(decode(encoded[way]), row[alias(index)]))
    if (codec !== undefined) fitting.set(type, codec)
  }
  return fitting
}

function same(value: unknown): unknown {
  return value
}
