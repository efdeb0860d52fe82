import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressTest, canonicalAddress } from '../src/address.ts'

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.43', '192.0.2.43'],
    ['192.0.2.43:47011', '192.0.2.43'],
    ['192.0.2.43:_hidden', '192.0.2.43'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['[2001:db8::17]:4711', '2001:db8::17'],
    ['[2001:db8::17]:_port', '2001:db8::17'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::ffff:192.0.2.43', '192.0.2.43'],
    ['::ffff:c000:22b', '192.0.2.43'],
    ['[::FFFF:192.0.2.43]:80', '192.0.2.43'],
    ['0:0:0:0:0:ffff:c000:022b', '192.0.2.43'],
  ])('reads %s as %s', (token, address) => {
    expect(canonicalAddress(token)).toBe(address)
  })

  it.each([
    ['2001:DB8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('writes %s by RFC 5952, %s', (token, address) => {
    expect(canonicalAddress(token)).toBe(address)
  })

  it.each([
    [''],
    ['unknown'],
    ['_hidden'],
    ['localhost'],
    ['192.0.2'],
    ['192.0.2.256'],
    ['192.0.2.043'],
    ['0x7f.0.0.1'],
    ['2130706433'],
    ['192.0.2.43:'],
    ['192.0.2.43:abc'],
    ['192.0.2.43%eth0'],
    ['192.0.2.43 '],
    ['192.0.2.0/24'],
    ['[::1'],
    ['::1]'],
    ['[::1]x'],
    ['1::2::3'],
    ['::12345'],
    [`${'1'.repeat(5000)}::`],
  ])('refuses %s', (token) => {
    expect(canonicalAddress(token)).toBeUndefined()
  })

  it('is what Node takes for an address, and itself in canonical form', () => {
    const hex = fc.stringMatching(/^[\dA-Fa-f:.[\]%]{0,40}$/)
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), hex, fc.string()), (token) => {
        const address = canonicalAddress(token)
        if (isIP(token) !== 0) expect(address).toBeDefined()
        if (address === undefined) return
        expect(isIP(address)).not.toBe(0)
        expect(canonicalAddress(address)).toBe(address)
      }),
      { numRuns: 2000 },
    )
  })

  it('answers the same when it has forgotten', () => {
    const first = canonicalAddress('192.0.2.1:1')
    for (let index = 0; index < 3000; index++) canonicalAddress(`10.0.${index >> 8}.${index & 255}`)
    expect(canonicalAddress('192.0.2.1:1')).toBe(first)
  })
})

describe('addressTest', () => {
  const test = (...networks: string[]): ((address: string) => boolean) => {
    const made = addressTest(networks)
    if (typeof made !== 'function') throw new Error(made.bad)
    return made
  }

  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['0.0.0.0/0', '203.0.113.7', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '203.0.113.7', false],
    ['fc00::/7', 'fd00::1', true],
    ['fc00::/7', 'fe80::1', false],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['::ffff:a00:0/104', '10.9.9.9', true],
    ['10.0.0.0/8', '', false],
    ['10.0.0.0/8', 'unknown', false],
  ])('of %s: %s is %s', (network, address, expected) => {
    expect(test(network)(address)).toBe(expected)
    expect(test(network)(address)).toBe(expected)
  })

  it.each([
    [''],
    ['loopback'],
    ['10.0.0.0/33'],
    ['::/129'],
    ['10.0.0.0/'],
    ['10.0.0.0/8/8'],
    ['10/8'],
    ['::ffff:10.0.0.0/8'],
  ])('names %j as no network', (network) => {
    expect(addressTest(['10.0.0.0/8', network])).toEqual({ bad: network })
  })
})
