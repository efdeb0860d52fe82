/*
 * Addresses are read character by character: a client's network is found for every request, and splitting and joining
 * strings takes ten times as long.
 */

/** How many bits of an address are one client. */
export interface PrefixLengths {
  readonly ipv4Prefix: number
  readonly ipv6Prefix: number
}

const colon = 58
const dot = 46
const percent = 37

/** The eight groups of the address that is read now; the module's own, since reading is synchronous. */
const groups = new Uint16Array(8)
const bytes = new Uint8Array(4)

/**
 * The network that an address stands for in a key: of IPv4 by default the address itself, of IPv6 the first 64 bits, since
 * one subscriber commands a whole /64. An IPv4-mapped address counts as the IPv4 one, told by its bits (RFC 4291 §2.5.5.2).
 * What is no address is returned as it is.
 */
export function toNetwork(ip: string, { ipv4Prefix, ipv6Prefix }: PrefixLengths): string {
  if (ip.includes(':')) {
    if (!readIPv6(ip)) return ip
    return isMapped() ? formatMapped(ipv4Prefix) : formatIPv6(ipv6Prefix)
  }
  if (ipv4Prefix === 32 || !readIPv4(ip, 0, ip.length)) return ip
  return formatIPv4(ipv4Prefix)
}

/** Fills `groups`; false for what is no IPv6 address. A zone is left out. */
function readIPv6(ip: string): boolean {
  let count = 0
  let gap = -1
  let value = 0
  let digits = 0
  let start = 0
  for (let index = 0; index <= ip.length; index++) {
    const code = index === ip.length ? percent : ip.charCodeAt(index)
    const digit = hexDigit(code)
    if (digit !== -1) {
      if (++digits > 4) return false
      value = value * 16 + digit
      continue
    }
    if (code === dot) return readTail(ip, start, count, gap)
    if (code !== colon && code !== percent) return false
    if (digits > 0) {
      if (count === 8) return false
      groups[count++] = value
    } else if (code === colon && index > 0) {
      // An empty group is half of `::`, which stands once
      if (ip.charCodeAt(index - 1) !== colon || gap !== -1) return false
      gap = count
    } else if (code === percent && gap !== count) return false
    else if (code === colon && ip.charCodeAt(1) !== colon) return false
    if (code === percent) break
    value = 0
    digits = 0
    start = index + 1
  }
  return spread(count, gap)
}

/** The dotted end of an address: `::ffff:192.0.2.1`. */
function readTail(ip: string, start: number, count: number, gap: number): boolean {
  const zone = ip.indexOf('%', start)
  if (count > 6 || !readIPv4(ip, start, zone === -1 ? ip.length : zone)) return false
  groups[count] = at(bytes, 0) * 256 + at(bytes, 1)
  groups[count + 1] = at(bytes, 2) * 256 + at(bytes, 3)
  return spread(count + 2, gap)
}

/** Moves the groups behind `::` to the end. */
function spread(count: number, gap: number): boolean {
  if (gap === -1) return count === 8
  if (count === 8) return false
  groups.copyWithin(8 - (count - gap), gap, count)
  groups.fill(0, gap, 8 - (count - gap))
  return true
}

/** Fills `bytes`; false for what is no dotted address. */
function readIPv4(text: string, start: number, end: number): boolean {
  let count = 0
  let value = 0
  let digits = 0
  for (let index = start; index <= end; index++) {
    const code = index === end ? dot : text.charCodeAt(index)
    if (code >= 48 && code <= 57) {
      value = value * 10 + code - 48
      if (++digits > 3) return false
      continue
    }
    if (code !== dot || digits === 0 || value > 255 || count === 4) return false
    bytes[count++] = value
    value = 0
    digits = 0
  }
  return count === 4
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

function isMapped(): boolean {
  for (let index = 0; index < 5; index++) if (groups[index] !== 0) return false
  return groups[5] === 0xffff
}

function formatMapped(prefix: number): string {
  for (let index = 0; index < 4; index++)
    bytes[index] = index % 2 === 0 ? at(groups, 6 + index / 2) >> 8 : at(groups, 6 + (index - 1) / 2)
  return formatIPv4(prefix)
}

function formatIPv4(prefix: number): string {
  let text = ''
  for (let index = 0; index < 4; index++)
    text += `${index === 0 ? '' : '.'}${at(bytes, index) & mask(prefix - index * 8, 8)}`
  return prefix === 32 ? text : `${text}/${prefix}`
}

/** Only the groups that the prefix reaches: `2001:db8:0:1/64`. */
function formatIPv6(prefix: number): string {
  let text = ''
  for (let index = 0; index * 16 < prefix; index++)
    text += (index === 0 ? '' : ':') + (at(groups, index) & mask(prefix - index * 16, 16)).toString(16)
  return `${text}/${prefix}`
}

/** The bits of a group of `width` that lie in a prefix of which `bits` are left at its start. */
function mask(bits: number, width: number): number {
  if (bits >= width) return (1 << width) - 1
  return bits <= 0 ? 0 : ((1 << bits) - 1) << (width - bits)
}

function at(array: Uint8Array | Uint16Array, index: number): number {
  return array[index] ?? 0
}
