import { type ConnectionParameters, isParameterName, unknownParameter } from './connection-parameters.ts'

/** What a connection string must be, in the words of an error. */
export const urlMust = 'a URL such as postgres://user:password@host:5432/database'

const shape = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/

/**
 * Reads a connection URL, which may name several servers: `postgres://shop@a:5432,b:5433/shop?target_session_attrs=primary`
 * (libpq, "Connection URIs"). `URL` cannot read these.
 *
 * @throws Error that tells what is wrong with it, and never shows it.
 */
export function parseConnectionString(url: string): ConnectionParameters {
  const [, login = '', servers = '', dbname = '', query = ''] = shape.exec(url) ?? fail('it has another form')
  const [user, password] = splitOnce(login, ':')
  const hosts = servers.split(',').map(splitPort)
  const parts = {
    user: decode(user, 'user'),
    password: decode(password, 'password'),
    dbname: decode(dbname, 'database'),
    host: listOf(hosts.map(([host]) => host)),
    port: listOf(hosts.map(([, port]) => port)),
  }
  const given = Object.entries(parts).filter(([, value]) => value !== '')
  return { ...Object.fromEntries(given), ...queryParameters(query) }
}

/** Empty when all are: then the environment tells. */
function listOf(values: readonly string[]): string {
  return values.some((value) => value !== '') ? values.join(',') : ''
}

function queryParameters(query: string): ConnectionParameters {
  const parameters: Record<string, string> = {}
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [name, value] = splitOnce(pair, '=').map((part) => decode(part, 'query'))
    if (name === 'ssl') parameters['sslmode'] = sslModes[value ?? ''] ?? fail("'ssl' must be true, false or no-verify")
    else if (name !== undefined && isParameterName(name)) parameters[name] = value ?? ''
    else fail(unknownParameter(name ?? ''))
  }
  return parameters
}

/** What pg's own `ssl` parameter means in PostgreSQL's terms. */
const sslModes: Readonly<Record<string, string>> = {
  true: 'verify-full',
  1: 'verify-full',
  false: 'disable',
  0: 'disable',
  'no-verify': 'no-verify',
}

/** A host may be an IPv6 address in brackets, or the percent-encoded folder of a Unix socket. */
function splitPort(server: string): [host: string, port: string] {
  const [, bracketed, plain = '', port = ''] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(server) ?? fail('its host has another form')
  return [decode(bracketed ?? plain, 'host'), port]
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator)
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)]
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return fail(`its ${part} is not percent-encoded`)
  }
}

function fail(reason: string): never {
  throw new Error(reason)
}
