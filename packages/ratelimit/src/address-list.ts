import { BlockList, isIP } from 'node:net'

/** Tells whether an address belongs to a list. */
export type AddressTest = (ip: string) => boolean

/**
 * A test for addresses and networks. IPv4-mapped IPv6 addresses count as the IPv4 ones.
 *
 * @returns The test, or the first entry that is none.
 */
export function addressTest(entries: readonly string[]): AddressTest | { readonly bad: string } {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits, ...rest] = String(entry).split('/')
    const version = isIP(address)
    const width = version === 4 ? 32 : 128
    const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity
    if (version === 0 || address.includes('%') || rest.length > 0 || prefix > width) return { bad: entry }
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6')
  }
  return (ip) => {
    const version = isIP(ip)
    return version !== 0 && list.check(ip, version === 4 ? 'ipv4' : 'ipv6')
  }
}
