import { addressTest, canonicalAddress, type AddressTest } from './address.ts'
import { parseForwarded, type Hop } from './forwarded.ts'
import { isFieldName } from './field.ts'

/**
 * Whom to believe about the client: networks of the proxies in front (`['10.0.0.0/8']`), their number (`1`), or a header
 * that the platform sets on every request (`{ header: 'cf-connecting-ip' }`).
 */
export type TrustedProxies =
  | readonly string[]
  | number
  | {
      /** The header's name in lower case. */
      readonly header: string
    }

/** Which family of headers the proxies in front set. The other one is never read: a client could forge it. */
export type ProxyHeaders = 'x-forwarded' | 'forwarded'

/** The connection a request came in on, and its headers. */
export interface Connection {
  /** The address of the socket's other end; empty when it is not known. */
  readonly peerAddress: string
  /** Whether the socket itself speaks TLS. */
  readonly peerSecure: boolean
  /** The host that the request itself names. */
  readonly ownHost: string | undefined
  /** A request header by lower-case name. */
  header(lowerName: string): string | undefined
}

/** Who the client is. */
export interface Client {
  /** Its address in canonical form. */
  readonly ip: string
  /** Whether it spoke TLS. */
  readonly secure: boolean
  /** The host it asked for, in lower case. */
  readonly host: string | undefined
}

/** Finds the client behind a connection. */
export type ClientOf = (connection: Connection) => Client

/** Tells whether the hop at a distance from us, the socket being 0, is one of ours. */
type HopTest = (address: string, distance: number) => boolean

/** What a proxy writes for a peer that it does not know, or does not tell (RFC 7239 §6). */
const withheld = /^(?:unknown|_[\w.-]+)(?::(?:\d{1,5}|_[\w.-]+))?$/i

/** How many hops are followed; a longer chain is not believed further. */
const maxHops = 32

/**
 * Compiles the one rule by which every door finds the client.
 *
 * @throws TypeError or RangeError when `trustedProxies` is none of the forms.
 */
export function clientFinder(trusted: TrustedProxies = [], headers: ProxyHeaders = 'x-forwarded'): ClientOf {
  if (isPlatformHeader(trusted)) return platformClient(trusted.header)
  if (Array.isArray(trusted) && trusted.length === 0) return directClient
  const isTrusted = hopTest(trusted as readonly string[] | number)
  if (headers === 'x-forwarded') return (connection) => walk(connection, isTrusted, xForwardedHop)
  return (connection) => {
    const hops = parseForwarded(connection.header('forwarded') ?? '')
    return walk(connection, isTrusted, (_connection, distance) => hops[hops.length - distance])
  }
}

function directClient(connection: Connection): Client {
  return new DirectClient(connection)
}

/** The socket's other end: each fact is looked up when it is asked for, as most requests need only one. */
class DirectClient implements Client {
  readonly connection: Connection

  constructor(connection: Connection) {
    this.connection = connection
  }

  get ip(): string {
    return canonicalAddress(this.connection.peerAddress) ?? ''
  }

  get secure(): boolean {
    return this.connection.peerSecure
  }

  get host(): string | undefined {
    return this.connection.ownHost
  }
}

function isPlatformHeader(trusted: TrustedProxies): trusted is { readonly header: string } {
  if (typeof trusted !== 'object' || trusted === null || Array.isArray(trusted)) return false
  const { header } = trusted as { readonly header: unknown }
  if (isFieldName(header)) return true
  throw bad(TypeError, `a lower-case header name under 'header'`, trusted)
}

function platformClient(name: string): ClientOf {
  return (connection) => {
    const ip = canonicalAddress(connection.header(name)?.trim() ?? '')
    if (ip === undefined) return directClient(connection)
    const scheme = fromRight(connection.header('x-forwarded-proto'), 1)
    return { ip, secure: isSecure(scheme, connection.peerSecure), host: connection.ownHost }
  }
}

function hopTest(trusted: readonly string[] | number): HopTest {
  if (typeof trusted === 'number') {
    if (!Number.isInteger(trusted) || trusted < 0 || trusted > maxHops)
      throw bad(RangeError, `a number of proxies from 0 to ${maxHops}`, trusted)
    return (_address, distance) => distance < trusted
  }
  if (!Array.isArray(trusted) || !trusted.every((network) => typeof network === 'string'))
    throw bad(TypeError, 'an array of addresses and CIDR blocks, a number, or { header }', trusted)
  const test: AddressTest | { readonly bad: string } = addressTest(trusted)
  if (typeof test !== 'function') throw bad(RangeError, `made of addresses and CIDR blocks`, test.bad)
  return test
}

function bad(Type: new (message: string) => Error, must: string, value: unknown): Error {
  return new Type(`Cannot mount guards as 'trustedProxies' must be ${must}: current value is ${JSON.stringify(value)}`)
}

/** What the hop at a distance (1 is the one that our neighbour heard from) was, by its neighbour's word. */
type HopAt = (connection: Connection, distance: number) => Hop | undefined

/** From the socket outwards, as long as the one who speaks is trusted and says something well-formed. */
function walk(connection: Connection, isTrusted: HopTest, hopAt: HopAt): Client {
  const { peerAddress } = connection
  let ip: string | undefined
  let secure = connection.peerSecure
  let host: string | undefined
  for (let distance = 1; distance <= maxHops && isTrusted(ip ?? peerAddress, distance - 1); distance++) {
    const hop = hopAt(connection, distance)
    if (hop === undefined) break
    const address = hop.address === undefined ? undefined : canonicalAddress(hop.address)
    if (hop.address !== undefined && address === undefined && !withheld.test(hop.address)) break
    secure = isSecure(hop.scheme, secure)
    host = hop.host === undefined || hop.host === '' ? host : hop.host.toLowerCase()
    if (address === undefined) break
    ip = address
  }
  return new ProxiedClient(ip ?? canonicalAddress(peerAddress) ?? '', secure, host, connection)
}

/** The client that proxies name. Where they name no host it is the request's own, looked up when it is asked for. */
class ProxiedClient implements Client {
  readonly ip: string
  readonly secure: boolean
  readonly named: string | undefined
  readonly connection: Connection

  constructor(ip: string, secure: boolean, named: string | undefined, connection: Connection) {
    this.ip = ip
    this.secure = secure
    this.named = named
    this.connection = connection
  }

  get host(): string | undefined {
    return this.named ?? this.connection.ownHost
  }
}

function isSecure(scheme: string | undefined, otherwise: boolean): boolean {
  if (scheme === undefined) return otherwise
  if (scheme === 'https' || scheme === 'http') return scheme === 'https'
  const lower = scheme.toLowerCase()
  return lower === 'https' || lower === 'wss'
}

function xForwardedHop(connection: Connection, distance: number): Hop | undefined {
  const addresses = connection.header('x-forwarded-for')
  const address = fromRight(addresses, distance)
  // a proxy that names no address may still name the scheme of its peer
  if (address === undefined && (addresses !== undefined || distance > 1)) return undefined
  const scheme = fromRight(connection.header('x-forwarded-proto'), distance, true)
  return { address, scheme, host: fromRight(connection.header('x-forwarded-host'), distance, true) }
}

/**
 * The nth item of a comma-separated list from its right; with `orFirst`, the leftmost of a list that is shorter. An empty
 * item says nothing and is `undefined`.
 */
function fromRight(list: string | undefined, nth: number, orFirst = false): string | undefined {
  if (list === undefined) return undefined
  if (!list.includes(',')) return nth === 1 || orFirst ? trimmed(list) : undefined
  let end = list.length
  for (let index = 1; ; index++) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1)
    if (index === nth || (comma === -1 && orFirst)) return trimmed(list.slice(comma + 1, end))
    if (comma === -1) return undefined
    end = comma
  }
}

/** What needs no trimming is known by its first and last character. */
function trimmed(item: string): string | undefined {
  if (item.charCodeAt(0) > 0x20 && item.charCodeAt(item.length - 1) > 0x20) return item
  return item.trim() || undefined
}
