import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForwarded } from '../src/forwarded.ts'

const hop = (address?: string, scheme?: string, host?: string): object => ({ address, scheme, host })

describe('the examples of RFC 7239', () => {
  it.each([
    ['§4, an obfuscated name', 'for="_gazonk"', [hop('_gazonk')]],
    ['§4, names without regard to case', 'For="[2001:db8:cafe::17]:4711"', [hop('[2001:db8:cafe::17]:4711')]],
    ['§4, several parameters', 'for=192.0.2.60;proto=http;by=203.0.113.43', [hop('192.0.2.60', 'http')]],
    ['§4, several hops', 'for=192.0.2.43, for=198.51.100.17', [hop('192.0.2.43'), hop('198.51.100.17')]],
    ['§6, a port', 'for="192.0.2.43:47011"', [hop('192.0.2.43:47011')]],
    ['§6.3, hidden hops', 'for=_hidden, for=_SEVKISEK', [hop('_hidden'), hop('_SEVKISEK')]],
    ['§7.1, an IPv6 hop', 'for=192.0.2.43, for="[2001:db8:cafe::17]"', [hop('192.0.2.43'), hop('[2001:db8:cafe::17]')]],
    [
      '§7.1, a list with and without spaces',
      'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
      [hop('192.0.2.43'), hop('[2001:db8:cafe::17]'), hop('unknown')],
    ],
    [
      '§7.4, hosts and schemes',
      'for=192.0.2.43;proto=https;host=example.com;by=203.0.113.43',
      [hop('192.0.2.43', 'https', 'example.com')],
    ],
  ])('%s', (_, field, hops) => {
    expect(parseForwarded(field)).toEqual(hops)
  })
})

it.each([
  ['for=1.1.1.1;host="a,b;c"', [hop('1.1.1.1', undefined, 'a,b;c')]],
  [String.raw`host="a\"b,c";for=1.1.1.1`, [hop('1.1.1.1', undefined, 'a"b,c')]],
  [String.raw`host="a\\", for=1.1.1.1`, [hop(undefined, undefined, 'a\\'), hop('1.1.1.1')]],
  ['for=1.1.1.1 ; proto=https', [hop('1.1.1.1', 'https')]],
  [';for=1.1.1.1;;proto=https;', [hop('1.1.1.1', 'https')]],
  ['for=""', [hop('')]],
  ['secret=x;for=1.1.1.1', [hop('1.1.1.1')]],
  ['', [hop()]],
  ['for=1.1.1.1,,for=2.2.2.2,', [hop('1.1.1.1'), hop(), hop('2.2.2.2'), hop()]],
])('reads %s', (field, hops) => {
  expect(parseForwarded(field)).toEqual(hops)
})

it.each([
  ['for'],
  ['for='],
  ['=1.1.1.1'],
  ['for =1.1.1.1'],
  ['for=1.1.1.1 proto=https'],
  ['for=1.1.1.1;for=2.2.2.2'],
  ['for=1.1.1.1;FOR=2.2.2.2'],
  ['for="1.1.1.1'],
  ['for=1.1.1.1"'],
  ['for="1.1.1.1"x'],
  ['for="1.1.1.1" proto=https'],
  [String.raw`for="1.1.1.1\"`],
  ['for=(1.1.1.1)'],
])('gives up an element that breaks the grammar: %s', (element) => {
  expect(parseForwarded(element)).toEqual([undefined])
})

it.each(
  [['for="', 'for=6.6.6.6;host="', '"', String.raw`for="\"`, String.raw`\"`, 'for=";;,,'].map((text) => text)].flat(),
)('reads what our proxy has added behind a quote that the client has left open: %s', (opened) => {
  expect(parseForwarded(`${opened}, for=203.0.113.7;proto=https`).at(-1)).toEqual(hop('203.0.113.7', 'https'))
})

it('reads back whatever was quoted by the rules', () => {
  const quote = (text: string): string => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
  const text = fc.string({ unit: fc.constantFrom('a', '.', '"', '\\', ',', ';', '=', ' ', '[', ':') })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), (hops) => {
      const field = hops.map(([address, host]) => `for=${quote(address)};host=${quote(host)}`).join(', ')
      expect(parseForwarded(field)).toEqual(hops.map(([address, host]) => hop(address, undefined, host)))
    }),
  )
})
