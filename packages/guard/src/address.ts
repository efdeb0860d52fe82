import ipaddr from 'ipaddr.js'

/** Tells whether an address, in canonical form, belongs to a set. */
export type AddressTest = (address: string) => boolean

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = [address: Address, bits: number]

/** How many answers a memo holds before it starts anew: what is remembered comes from clients. */
const memoSize = 1024
/** What is longer is no address, whatever its zone, and not worth remembering. */
const longestToken = 100

const bracketed = /^\[([^\]]*)\](?::(?:\d{1,5}|_[\w.-]+))?$/
const withPort = /^([\d.]+):(?:\d{1,5}|_[\w.-]+)$/

/**
 * An address in canonical form: IPv4 dotted, IPv6 by RFC 5952, IPv4-mapped IPv6 folded to IPv4; port (a number, or
 * obfuscated by RFC 7239 §6.3), brackets and zone stripped. `undefined` when the token is no address.
 */
export const canonicalAddress: (token: string) => string | undefined = memoize((token) => {
  const address = parseAddress(token)
  return address === undefined ? undefined : format(address)
})

/**
 * A test for membership in networks.
 *
 * @param networks - Addresses and CIDR blocks: `10.0.0.0/8`, `::1`.
 * @returns The test, or the first entry that is no network.
 */
export function addressTest(networks: readonly string[]): AddressTest | { readonly bad: string } {
  const parsed: Network[] = []
  for (const network of networks) {
    const one = parseNetwork(network)
    if (one === undefined) return { bad: network }
    parsed.push(one)
  }
  return memoize((text) => {
    const address = parseAddress(text)
    return address !== undefined && parsed.some(([network, bits]) => isIn(address, network, bits))
  })
}

function isIn(address: Address, network: Address, bits: number): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

function parseAddress(token: string): Address | undefined {
  const bare = bracketed.exec(token)?.[1] ?? withPort.exec(token)?.[1] ?? token
  const address = parseBare(bare.includes(':') ? bare.replace(/%.*$/, '') : bare)
  return isMapped(address) ? address.toIPv4Address() : address
}

function parseNetwork(text: string): Network | undefined {
  const [bare = '', bits, ...rest] = text.split('/')
  const address = parseBare(bare)
  if (address === undefined || rest.length > 0) return undefined
  const most = address.kind() === 'ipv4' ? 32 : 128
  const given = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (given < 0 || given > most) return undefined
  if (!isMapped(address)) return [address, given]
  return given < 96 ? undefined : [address.toIPv4Address(), given - 96]
}

function parseBare(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined
}

function isMapped(address: Address | undefined): address is ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
}

function format(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}

function memoize<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    if (text.length > longestToken) return compute('')
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as T
    if (known.size >= memoSize) known.clear()
    const result = compute(text)
    known.set(text, result)
    return result
  }
}
