import { describe, expect, it } from 'vitest'
import { toNetwork } from '../src/network.ts'

describe('toNetwork', () => {
  it.each([
    ['203.0.113.9', 64, '203.0.113.9'],
    ['', 64, ''],
    ['2001:db8:1:2:3:4:5:6', 64, '2001:db8:1:2:0:0:0:0/64'],
    ['2001:db8:1:2::1', 64, '2001:db8:1:2:0:0:0:0/64'],
    ['2001:db8::1', 64, '2001:db8:0:0:0:0:0:0/64'],
    ['2001:db8:1:ff02::1', 56, '2001:db8:1:ff00:0:0:0:0/56'],
    ['2001:db8:1:2::1', 128, '2001:db8:1:2:0:0:0:1/128'],
    ['::1', 64, '0:0:0:0:0:0:0:0/64'],
    ['::', 64, '0:0:0:0:0:0:0:0/64'],
    ['1::', 16, '1:0:0:0:0:0:0:0/16'],
    ['fe80::1%eth0', 64, 'fe80:0:0:0:0:0:0:0/64'],
    ['::ffff:1.2.3.4', 64, '1.2.3.4'],
    ['::ffff:102:304', 64, '1.2.3.4'],
    ['0:0:0:0:0:FFFF:0102:0304', 64, '1.2.3.4'],
    ['64:ff9b::1.2.3.4', 128, '64:ff9b:0:0:0:0:102:304/128'],
  ])('makes of %s by %i bits %s', (ip, prefix, network) => {
    expect(toNetwork(ip, prefix)).toBe(network)
  })

  it('gives one network to all addresses of a /64 and another to the next', () => {
    const networks = ['2001:db8:0:7::1', '2001:db8:0:7:ffff::', '2001:db8:0:7:1:2:3:4'].map((ip) => toNetwork(ip, 64))
    expect(new Set(networks).size).toBe(1)
    expect(toNetwork('2001:db8:0:8::1', 64)).not.toBe(networks[0])
  })

  it('tells mapped IPv4 clients apart', () => {
    expect(toNetwork('::ffff:1.2.3.4', 64)).not.toBe(toNetwork('::ffff:1.2.3.5', 64))
  })

  it.each(['1:2', '1::2::3', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8:9', 'g::1', '12345::', '::1.2.3.999', '::1.2.3'])(
    'leaves %s, which is no address, as it is',
    (text) => {
      expect(toNetwork(text, 64)).toBe(text)
    },
  )
})
