import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { type ConnectionParameters, sourceOf } from './connection-parameters.ts'

const modes = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'] as const

/**
 * What PostgreSQL's TLS parameters mean here. A mode that asks for TLS verifies the certificate, since TLS without that
 * keeps nobody out who can sit in between: `require` is as strict as `verify-full`, unlike in libpq. `verify-ca` leaves out
 * the name, and `no-verify` everything. `allow` and `prefer` fall back to plain text in silence and are refused. Where no mode
 * is given, there is TLS only if another of its parameters is.
 *
 * @throws Error that tells which parameter is wrong.
 */
export function tlsFrom(parameters: ConnectionParameters): false | ConnectionOptions {
  const { sslrootcert, sslcert, sslkey, sslnegotiation } = parameters
  const isMeant = (sslrootcert ?? sslcert ?? sslkey ?? sslnegotiation) !== undefined
  const { sslmode = isMeant ? 'verify-full' : 'disable' } = parameters
  if (!modes.includes(sslmode as (typeof modes)[number]))
    throw new Error(`${sourceOf('sslmode')} must be one of ${modes.join(', ')}: current value is '${sslmode}'`)
  if (sslmode === 'disable') return false
  // Anybody can have a certificate of a public authority.
  if (sslmode === 'verify-ca' && (sslrootcert === undefined || sslrootcert === 'system'))
    throw new Error('sslmode verify-ca must come with an authority of your own, as sslrootcert')
  return {
    ...(sslrootcert !== undefined && sslrootcert !== 'system' && { ca: read('sslrootcert', sslrootcert) }),
    ...(sslcert !== undefined && { cert: read('sslcert', sslcert) }),
    ...(sslkey !== undefined && { key: read('sslkey', sslkey) }),
    ...(sslmode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(sslmode === 'no-verify' && { rejectUnauthorized: false }),
  }
}

/** A parameter names a file, or is the PEM text itself, as secrets in the environment often are. */
function read(name: string, value: string): string {
  if (value.includes('-----BEGIN ')) return value.replaceAll('\\n', '\n')
  try {
    return readFileSync(value, 'utf8')
  } catch (error) {
    // Without the cause, whose message holds the value: it may be a key that lost its first line.
    throw new Error(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
