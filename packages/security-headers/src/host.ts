/** A host as a request names it, taken apart. */
export interface Host {
  /** A domain name without its trailing dot, a dotted IPv4 address, or an IPv6 address in brackets and canonical form. */
  readonly name: string
  /** The port, if there is one. */
  readonly port: string | undefined
}

/** A domain name of full length, its trailing dot, and a port. */
export const maxHostLength = 253 + '.'.length + ':65535'.length

const authority = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?$/
const domain = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
/** Browsers take a name with such an end for an IPv4 address (WHATWG URL §3.5, "ends in a number"). */
const numericEnd = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/

/**
 * Takes a host in lower case apart, or `undefined` for what is none: labels that are empty, too long, or begin or end with
 * a hyphen; underscores and anything that is not ASCII; IPv4 addresses in other forms than four decimal numbers; IPv6
 * addresses that are none, or have a zone; ports outside 1 to 65535.
 */
export function parseHost(text: string): Host | undefined {
  if (text.length > maxHostLength) return undefined
  const [, bare, port] = authority.exec(text) ?? []
  if (bare === undefined || (port !== undefined && Number(port) > 65_535)) return undefined
  const name = bare.startsWith('[') ? canonicalIpv6(bare) : checkedName(bare)
  return name === undefined ? undefined : { name, port }
}

/** Whether the name is an address rather than a domain. */
export function isAddress(name: string): boolean {
  return name.startsWith('[') || ipv4.test(name)
}

function canonicalIpv6(bracketed: string): string | undefined {
  const url = `http://${bracketed}`
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

function checkedName(bare: string): string | undefined {
  const name = bare.endsWith('.') ? bare.slice(0, -1) : bare
  if (name.length > 253 || !domain.test(name)) return undefined
  return numericEnd.test(name) && !ipv4.test(name) ? undefined : name
}
