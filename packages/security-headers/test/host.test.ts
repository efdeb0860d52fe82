import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAddress, parseHost } from '../src/host.ts'

describe('takes', () => {
  it.each([
    ['shop.example', 'shop.example', undefined],
    ['shop.example.', 'shop.example', undefined],
    ['shop.example.:80', 'shop.example', '80'],
    ['shop.example:65535', 'shop.example', '65535'],
    ['localhost', 'localhost', undefined],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', undefined],
    ['1and1.example', '1and1.example', undefined],
    ['192.0.2.1:8080', '192.0.2.1', '8080'],
    ['255.255.255.255', '255.255.255.255', undefined],
    ['[::1]:80', '[::1]', '80'],
    ['[0:0:0:0:0:0:0:1]', '[::1]', undefined],
    ['[::ffff:1.2.3.4]', '[::ffff:102:304]', undefined],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`, undefined],
  ])('%s', (text, name, port) => {
    expect(parseHost(text)).toEqual({ name, port })
  })
})

describe('does not take', () => {
  it.each([
    '',
    '.',
    '..',
    '.shop.example',
    'shop..example',
    'shop.example..',
    '-shop.example',
    'shop-.example',
    'shop_.example',
    'SHOP.example',
    'shop.example:',
    'shop.example:0',
    'shop.example:080',
    'shop.example:65536',
    'shop.example:99999',
    'shop.example:8 0',
    'shop.example:80:80',
    'shop.example/evil',
    'shop.example?',
    'shop.example#',
    'shop.example\\',
    'user@shop.example',
    'shop example',
    ' shop.example',
    'shop.example\r\nx: y',
    'bücher.example',
    'shop.example, evil.example',
    '::1',
    '[::1',
    '[::1]80',
    '[::1].example',
    '[:::1]',
    '[1]',
    '[.]',
    '[fe80::1%25eth0]',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '0x7f.1',
    'shop.0x7f',
    'shop.1',
    '2130706433',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
    'a'.repeat(100_000),
  ])('%j', (text) => {
    expect(parseHost(text)).toBeUndefined()
  })
})

it('tells addresses from domains', () => {
  expect(['192.0.2.1', '[::1]', 'shop.example', 'localhost'].map(isAddress)).toEqual([true, true, false, false])
})

it('takes only what makes a URL of the same host', () => {
  const part = fc.constantFrom(
    'a',
    '1',
    '-',
    '.',
    ':',
    '[',
    ']',
    '::',
    '80',
    'x.y',
    '0x',
    '@',
    '/',
    '\r',
    '\n',
    '%',
    'ß',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = parts.join('')
      const host = parseHost(text)
      if (host === undefined) return
      const url = new URL(`https://${host.name}:${host.port ?? 1}/`)
      expect(url.hostname).toBe(host.name)
      expect(url.href).toMatch(/^https:\/\/[a-z0-9.:[\]-]+\/$/)
    }),
    { numRuns: 5000 },
  )
})
