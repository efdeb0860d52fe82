import { isIPv6 } from 'node:net'

/**
 * The network that an address stands for in a key: an IPv4 address itself, and of an IPv6 address the first
 * `ipv6Prefix` bits, since one subscriber commands a whole /64. An IPv4-mapped address counts as the IPv4 one (RFC 4291
 * §2.5.5.2). What is no address is returned as it is.
 */
export function toNetwork(ip: string, ipv6Prefix: number): string {
  if (!isIPv6(ip)) return ip
  const groups = groupsOf(ip)
  if (isMapped(groups)) return toIPv4(groups)
  return `${groups.map((group, index) => (group & maskOf(ipv6Prefix - index * 16)).toString(16)).join(':')}/${ipv6Prefix}`
}

/** The sixteen bits of a group that lie in a prefix of which `bits` are left at its start. */
function maskOf(bits: number): number {
  if (bits >= 16) return 0xffff
  return bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff
}

/** The eight groups of an IPv6 address, with or without `::`, a dotted tail or a zone. */
function groupsOf(ip: string): readonly number[] {
  const [head = '', tail = ''] = (ip.split('%', 1)[0] ?? '').split('::')
  const before = parsePart(head)
  const after = parsePart(tail)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function parsePart(part: string): readonly number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return parseInt(group, 16)
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

function toIPv4(groups: readonly number[]): string {
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}
