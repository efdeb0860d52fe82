import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prefixFault, prefixRules } from '../src/cookie-prefix.ts'
import { parseSetCookie } from '../src/set-cookie.ts'

describe('is taken apart as browsers do', () => {
  it.each<[line: string, name: string, value: string, attributes: [string, string][]]>([
    ['a=b', 'a', 'b', []],
    [
      'a=b; Secure; Path=/',
      'a',
      'b',
      [
        ['secure', ''],
        ['path', '/'],
      ],
    ],
    [
      'a=b=c;Path = /x ;\tSECURE',
      'a',
      'b=c',
      [
        ['path', '/x'],
        ['secure', ''],
      ],
    ],
    [' a\t= b ', 'a', 'b', []],
    ['a="b; Path=/"', 'a', '"b', [['path', '/"']]],
    ['a', '', 'a', []],
    ['=a', '', 'a', []],
    ['=a=b', '', 'a=b', []],
    ['', '', '', []],
    [';', '', '', [['', '']]],
    [
      'a=b;;Secure;',
      'a',
      'b',
      [
        ['', ''],
        ['secure', ''],
        ['', ''],
      ],
    ],
    ['a=b; Secure=false', 'a', 'b', [['secure', 'false']]],
    ['a=b; =Secure', 'a', 'b', [['', 'Secure']]],
    [
      'a=b; Path=/; Path=/x',
      'a',
      'b',
      [
        ['path', '/'],
        ['path', '/x'],
      ],
    ],
    ['a=\u00a0b\u00a0', 'a', '\u00a0b\u00a0', []],
    [`a=b; Path=/${'x'.repeat(1024)}; Secure`, 'a', 'b', [['secure', '']]],
  ])('%j', (line, name, value, attributes) => {
    const cookie = parseSetCookie(line)
    expect([cookie.name, cookie.value]).toEqual([name, value])
    expect(cookie.attributes.map((one) => [one.name, one.value])).toEqual(attributes)
  })

  it('from end to end, whatever it is', () => {
    const piece = fc.constantFrom(';', '=', ' ', '\t', 'a', 'Path', '/', 'Secure', '"', ',', '\u00e9', '\r\n')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const line = pieces.join('')
        const { end, attributes } = parseSetCookie(line)
        const parts = attributes.map((one) => line.slice(one.start, one.end))
        expect(line.slice(0, end) + parts.join('')).toBe(line)
        expect(parts.every((part) => part.lastIndexOf(';') === 0)).toBe(true)
      }),
    )
  })
})

describe('the prefix', () => {
  it.each([
    ['__Host-id', '__host-'],
    ['__HOST-id', '__host-'],
    ['__host-http-id', '__host-http-'],
    ['__Http-id', '__http-'],
    ['__Secure-id', '__secure-'],
    ['__Host-', '__host-'],
    ['__Host_id', undefined],
    ['_Host-id', undefined],
    ['Host-id', undefined],
    ['x__Host-id', undefined],
    ['__\u017fecure-id', undefined],
  ])('of %s is %s', (name, prefix) => {
    expect(prefixRules(name)?.prefix).toBe(prefix)
  })

  it.each([
    ['__Host-id=1', undefined],
    ['__Host-id=1; Domain=', undefined],
    ['__Host-id=1; Path=/; Path=/', undefined],
    ['__Host-id=1; Domain=shop.example', 'prefix-domain'],
    ['__Host-id=1; domain=.', 'prefix-domain'],
    ['__Host-id=1; Domain=shop.example; Domain=', 'prefix-domain'],
    ['__hOST-id=1; Domain=shop.example', 'prefix-domain'],
    ['__Host-Http-id=1; Domain=shop.example', 'prefix-domain'],
    ['__Host-id=1; Path=/x', 'prefix-path'],
    ['__Host-id=1; Path', 'prefix-path'],
    ['__Host-id=1; Path=/x; Path=/', 'prefix-path'],
    ['__Secure-id=1; Domain=shop.example; Path=/x', undefined],
    ['__Http-id=1; Domain=shop.example; Path=/x', undefined],
    ['=__Host-id=1', 'prefix-without-name'],
    ['= __SECURE-id=1', 'prefix-without-name'],
    ['__Http-id', 'prefix-without-name'],
    [' = __Host-Http-id=1', 'prefix-without-name'],
    ['id=__Host-id=1', undefined],
    ['=id', undefined],
  ])('of %j has the fault %s', (line, fault) => {
    expect(prefixFault(parseSetCookie(line))).toBe(fault)
  })
})
