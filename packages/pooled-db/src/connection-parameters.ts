import { nearest } from '@seawall/options'

/** What a connection needs, as text under the names that PostgreSQL's own clients use: `host`, `dbname`, `sslmode`. */
export type ConnectionParameters = Readonly<Partial<Record<ParameterName, string>>>

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Every parameter, and the variable that stands for it where PostgreSQL has one. */
const variables = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslnegotiation: 'PGSSLNEGOTIATION',
  channel_binding: 'PGCHANNELBINDING',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  options: 'PGOPTIONS',
  statement_timeout: undefined,
  lock_timeout: undefined,
  idle_in_transaction_session_timeout: undefined,
} as const

/** The name of a connection's parameter. */
export type ParameterName = keyof typeof variables

/** Whether a text names a parameter. */
export function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(variables, name)
}

/** The parameters that the environment sets. An empty variable counts as one that is not set, as it does for psql. */
export function environmentParameters(env: Environment): ConnectionParameters {
  const found = Object.entries(variables).flatMap(([name, variable]) => {
    const value = variable === undefined ? undefined : env[variable]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}

/** Where a parameter comes from, for an error: `PGSSLMODE or sslmode`. */
export function sourceOf(name: ParameterName): string {
  return variables[name] === undefined ? name : `${name} or ${variables[name]}`
}

/** What to say of a parameter that does not exist. */
export function unknownParameter(name: string): string {
  const near = nearest(name, Object.keys(variables))
  const advice = near === undefined ? '' : `: did you mean '${near}'?`
  return `'${name}' is not a parameter${advice}`
}
