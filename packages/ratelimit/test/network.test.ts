import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toNetwork, type PrefixLengths } from '../src/network.ts'

function by(ipv6Prefix: number, ipv4Prefix = 32): PrefixLengths {
  return { ipv4Prefix, ipv6Prefix }
}

describe('toNetwork', () => {
  it.each([
    ['203.0.113.9', 64, '203.0.113.9'],
    ['', 64, ''],
    ['2001:db8:1:2:3:4:5:6', 64, '2001:db8:1:2/64'],
    ['2001:db8:1:2::1', 64, '2001:db8:1:2/64'],
    ['2001:DB8:1:2::1', 64, '2001:db8:1:2/64'],
    ['2001:db8::1', 64, '2001:db8:0:0/64'],
    ['2001:db8:1:ff02::1', 56, '2001:db8:1:ff00/56'],
    ['2001:db8:1:2::1', 128, '2001:db8:1:2:0:0:0:1/128'],
    ['::1', 64, '0:0:0:0/64'],
    ['::', 64, '0:0:0:0/64'],
    ['1::', 16, '1/16'],
    ['1:2:3:4:5:6:7::', 128, '1:2:3:4:5:6:7:0/128'],
    ['::2:3:4:5:6:7:8', 128, '0:2:3:4:5:6:7:8/128'],
    ['fe80::1%eth0', 64, 'fe80:0:0:0/64'],
    ['fe80::1%eth0', 128, 'fe80:0:0:0:0:0:0:1/128'],
    ['::ffff:1.2.3.4', 64, '1.2.3.4'],
    ['::ffff:102:304', 64, '1.2.3.4'],
    ['0:0:0:0:0:FFFF:0102:0304', 64, '1.2.3.4'],
    ['64:ff9b::1.2.3.4', 128, '64:ff9b:0:0:0:0:102:304/128'],
  ])('makes of %s by %i bits %s', (ip, prefix, network) => {
    expect(toNetwork(ip, by(prefix))).toBe(network)
  })

  it('gives one network to all addresses of a /64 and another to the next', () => {
    const networks = ['2001:db8:0:7::1', '2001:db8:0:7:ffff::', '2001:db8:0:7:1:2:3:4'].map((ip) =>
      toNetwork(ip, by(64)),
    )
    expect(new Set(networks).size).toBe(1)
    expect(toNetwork('2001:db8:0:8::1', by(64))).not.toBe(networks[0])
  })

  it('tells mapped IPv4 clients apart', () => {
    expect(toNetwork('::ffff:1.2.3.4', by(64))).not.toBe(toNetwork('::ffff:1.2.3.5', by(64)))
  })

  it.each([
    '1:2',
    ':',
    ':1::2',
    '1::2:',
    '::1:',
    ':::',
    '1:::2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4:5:6:7::8:9',
    'g::1',
    '12345::',
    '::1.2.3.999',
    '::1.2.3',
  ])('leaves %s, which is no address, as it is', (text) => {
    expect(toNetwork(text, by(64))).toBe(text)
  })

  it.each([
    ['203.0.113.9', 24, '203.0.113.0/24'],
    ['203.0.113.9', 30, '203.0.113.8/30'],
    ['::ffff:203.0.113.9', 24, '203.0.113.0/24'],
    ['203.0.113.999', 24, '203.0.113.999'],
  ])('makes of %s by %i bits of IPv4 %s', (ip, prefix, network) => {
    expect(toNetwork(ip, by(64, prefix))).toBe(network)
  })

  it('reads what node:net takes for an IPv6 address as a URL reads it, and nothing else', () => {
    const group = fc.oneof(
      fc.constant(''),
      fc.constant('0'),
      fc.constant('ffff'),
      fc.stringMatching(/^[0-9a-fA-F]{1,5}$/),
    )
    const text = fc
      .tuple(fc.array(group, { minLength: 1, maxLength: 9 }), fc.constantFrom('', '', ':1.2.3.4', '::', ':255.256.1.1'))
      .map(([groups, tail]) => groups.join(':') + tail)
      .filter((ip) => ip.includes(':'))
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), text), (ip) => {
        const network = toNetwork(ip, by(128))
        if (!isIPv6(ip)) {
          expect(network).toBe(ip)
          return
        }
        const written = network.includes(':') ? network.replace('/128', '') : `::ffff:${network}`
        expect(new URL(`http://[${written}]/`).hostname).toBe(new URL(`http://[${ip}]/`).hostname)
      }),
      { numRuns: 2_000 },
    )
  })
})
