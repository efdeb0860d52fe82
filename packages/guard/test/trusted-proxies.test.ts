import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalAddress } from '../src/address.ts'
import { clientFinder, type Client, type ProxyHeaders, type TrustedProxies } from '../src/trusted-proxies.ts'

interface Sent {
  readonly peer?: string
  readonly tls?: boolean
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
}

function find(trusted: TrustedProxies | undefined, sent: Sent, family?: ProxyHeaders): Client {
  const { peer = '10.0.0.1', tls = false, host = 'own.example', headers = {} } = sent
  const connection = { peerAddress: peer, peerSecure: tls, ownHost: host, header: (name: string) => headers[name] }
  const client = clientFinder(trusted, family)(connection)
  return { ip: client.ip, secure: client.secure, host: client.host }
}

const xff = (list: string): Sent => ({ headers: { 'x-forwarded-for': list } })
const forwarded = (field: string): Sent => ({ headers: { forwarded: field } })

describe('nobody trusted', () => {
  const headers = {
    'x-forwarded-for': '6.6.6.6',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    'x-real-ip': '6.6.6.6',
    'cf-connecting-ip': '6.6.6.6',
    forwarded: 'for=6.6.6.6;proto=https;host=evil.example',
  }

  it.each([[undefined], [[]], [0], [['192.168.0.0/16']], [{ header: 'x-absent' }]])(
    'by %j: the socket is the client',
    (trusted) => {
      for (const family of ['x-forwarded', 'forwarded'] as const)
        expect(find(trusted as TrustedProxies, { headers }, family)).toEqual({
          ip: '10.0.0.1',
          secure: false,
          host: 'own.example',
        })
    },
  )

  it('believes the socket about TLS', () => {
    expect(find([], { tls: true, headers: { 'x-forwarded-proto': 'http' } }).secure).toBe(true)
  })

  it('folds the address of an IPv4 client on an IPv6 socket', () => {
    expect(find([], { peer: '::ffff:203.0.113.7' }).ip).toBe('203.0.113.7')
  })

  it('knows no address where the socket has none', () => {
    expect(find([], { peer: '', headers }).ip).toBe('')
    expect(find(['0.0.0.0/0', '::/0'], { peer: '', headers }).ip).toBe('')
  })
})

describe('addresses', () => {
  const ours = ['10.0.0.0/8']

  it.each([
    ['one proxy, an honest client', '203.0.113.7', '203.0.113.7'],
    ['one proxy, a forged hop', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['one proxy, a forged hop of ours', '10.0.0.9, 203.0.113.7', '203.0.113.7'],
    ['two proxies', '203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['two proxies, a forged hop', '6.6.6.6, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['three proxies', '203.0.113.7,10.0.0.3,10.0.0.2', '203.0.113.7'],
    ['a client inside', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a port', '203.0.113.7:5123', '203.0.113.7'],
    ['brackets and a port', '[2001:DB8::0:7]:5123', '2001:db8::7'],
    ['an IPv6 client without brackets', '2001:db8::7', '2001:db8::7'],
    ['a zone', 'fe80::7%eth0', 'fe80::7'],
    ['a mapped client', '::ffff:203.0.113.7', '203.0.113.7'],
    ['a mapped client in hexadecimal', '::ffff:cb00:7107', '203.0.113.7'],
    ['a mapped proxy', '203.0.113.7, ::ffff:10.0.0.2', '203.0.113.7'],
    ['a mapped proxy in hexadecimal', '203.0.113.7, ::ffff:a00:2', '203.0.113.7'],
  ])('of %s: %s', (_, list, ip) => {
    expect(find(ours, xff(list)).ip).toBe(ip)
    expect(find(ours, { ...xff(list), peer: '::ffff:10.0.0.1' }).ip).toBe(ip)
  })

  it.each([
    ['nothing', ''],
    ['a comma', ','],
    ['commas', ',,,'],
    ['a comma behind', '203.0.113.7,'],
    ['a comma and a space behind', '203.0.113.7, '],
    ['a word', 'localhost'],
    ['unknown', '203.0.113.7, unknown'],
    ['a hidden name', '203.0.113.7, _hidden'],
    ['a number', '3405803783'],
    ['an address and more', '203.0.113.7 x'],
    ['a broken port', '203.0.113.7:x'],
    ['a quoted address', '"203.0.113.7"'],
  ])('stops at the socket when the proxy wrote %s', (_, list) => {
    expect(find(ours, xff(list)).ip).toBe('10.0.0.1')
  })

  it.each([
    ['6.6.6.6, nonsense, 10.0.0.2'],
    ['6.6.6.6, unknown, 10.0.0.2'],
    ['6.6.6.6, _hidden, 10.0.0.2'],
    ['6.6.6.6,, 10.0.0.2'],
    [', 10.0.0.2'],
    ['10.0.0.2'],
  ])('stops at the last address that is known: %s', (list) => {
    expect(find(ours, xff(list)).ip).toBe('10.0.0.2')
  })

  it.each([[',203.0.113.7'], [' , ,203.0.113.7'], ['\t203.0.113.7 ']])(
    'ignores odd commas before what our proxy wrote: %j',
    (list) => {
      expect(find(ours, xff(list)).ip).toBe('203.0.113.7')
    },
  )

  it('follows a long chain of trusted hops 32 steps and no further', () => {
    const chain = Array.from({ length: 5000 }, (_, index) => `10.1.${index >> 8}.${index & 255}`)
    expect(find(ours, xff(chain.join(', '))).ip).toBe(chain.at(-32))
  })

  it('reads only the list of the family that was chosen', () => {
    const both = { headers: { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=2.2.2.2' } }
    expect(find(ours, both).ip).toBe('1.1.1.1')
    expect(find(ours, both, 'x-forwarded').ip).toBe('1.1.1.1')
    expect(find(ours, both, 'forwarded').ip).toBe('2.2.2.2')
    expect(find(ours, xff('6.6.6.6'), 'forwarded').ip).toBe('10.0.0.1')
    expect(find(ours, forwarded('for=6.6.6.6')).ip).toBe('10.0.0.1')
  })
})

describe('a number of proxies', () => {
  it.each([
    [1, '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    [2, '6.6.6.6, 203.0.113.7, 198.51.100.1', '203.0.113.7'],
    [2, '203.0.113.7', '203.0.113.7'],
    [3, 'x, 203.0.113.7', '203.0.113.7'],
    [32, '203.0.113.7', '203.0.113.7'],
  ])('%i: %s', (count, list, ip) => {
    expect(find(count, xff(list)).ip).toBe(ip)
  })

  it('also believes a proxy on a socket without an address', () => {
    expect(find(1, { ...xff('203.0.113.7'), peer: '' }).ip).toBe('203.0.113.7')
  })
})

describe('a platform header', () => {
  const platform = { header: 'cf-connecting-ip' }

  it('names the client, whatever the forwarded lists say', () => {
    const headers = {
      'cf-connecting-ip': ' 203.0.113.7 ',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'evil.example',
    }
    expect(find(platform, { headers })).toEqual({ ip: '203.0.113.7', secure: true, host: 'own.example' })
  })

  it.each([['no address'], ['1.1.1.1, 2.2.2.2'], ['']])(
    'that says %j leaves the socket, and the scheme with it',
    (value) => {
      const headers = { 'cf-connecting-ip': value, 'x-forwarded-proto': 'https' }
      expect(find(platform, { headers })).toEqual({ ip: '10.0.0.1', secure: false, host: 'own.example' })
    },
  )
})

describe('scheme and host', () => {
  const of = (headers: Record<string, string>, tls = false): [boolean, string | undefined] => {
    const { secure, host } = find(['10.0.0.0/8'], { tls, headers })
    return [secure, host]
  }

  it('come from the same hop as the address', () => {
    const lists = {
      'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.2',
      'x-forwarded-proto': 'http, https, http',
      'x-forwarded-host': 'evil.example, shop.example, inner.example',
    }
    expect(of(lists)).toEqual([true, 'shop.example'])
    expect(of({ ...lists, 'x-forwarded-proto': 'https, http, https' })).toEqual([false, 'shop.example'])
  })

  it('come from the last word of a single proxy', () => {
    const headers = {
      'x-forwarded-for': 'x, 1.1.1.1',
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': 'evil.example, Shop.example',
    }
    expect(of(headers)).toEqual([false, 'shop.example'])
  })

  it('come from the only word that two proxies say', () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7, 10.0.0.2',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    }
    expect(of(headers)).toEqual([true, 'shop.example'])
  })

  it('come from a proxy that names no address, but not from further away', () => {
    expect(of({ 'x-forwarded-proto': 'https' })).toEqual([true, 'own.example'])
    expect(of({ 'x-forwarded-proto': 'https, http' })).toEqual([false, 'own.example'])
    expect(of({ 'x-forwarded-host': 'shop.example' })).toEqual([false, 'shop.example'])
    expect(find(['10.0.0.0/8'], { headers: { 'x-forwarded-proto': 'https' } }).ip).toBe('10.0.0.1')
  })

  it('stay those of the socket when the proxy says nothing', () => {
    expect(of({ 'x-forwarded-for': '203.0.113.7' }, true)).toEqual([true, 'own.example'])
    expect(of({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': '', 'x-forwarded-host': ' ' }, true)).toEqual([
      true,
      'own.example',
    ])
    expect(of({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https,' }, true)).toEqual([true, 'own.example'])
  })

  it('stay those of the socket when the hop is malformed', () => {
    expect(
      of({ 'x-forwarded-for': 'nonsense', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }),
    ).toEqual([false, 'own.example'])
    expect(of({ 'x-forwarded-for': '', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' })).toEqual([
      false,
      'own.example',
    ])
  })

  it.each([
    ['HTTPS', true],
    ['wss', true],
    ['http', false],
    ['ws', false],
    ['on', false],
    ['https http', false],
  ])('know the scheme %s', (scheme, secure) => {
    expect(of({ 'x-forwarded-for': '1.1.1.1', 'x-forwarded-proto': scheme }, true)[0]).toBe(secure)
  })
})

describe('Forwarded', () => {
  const of = (field: string, trusted: TrustedProxies = ['10.0.0.0/8']): Client =>
    find(trusted, forwarded(field), 'forwarded')
  const nobody = { ip: '10.0.0.1', secure: false, host: 'own.example' }

  it.each([
    ['for=203.0.113.7;proto=https;host=Shop.example', '203.0.113.7', true, 'shop.example'],
    ['for=6.6.6.6;proto=http;host=evil.example, for=203.0.113.7;proto=https', '203.0.113.7', true, 'own.example'],
    ['for=203.0.113.7;proto=https, for=10.0.0.2;proto=http', '203.0.113.7', true, 'own.example'],
    ['for="[2001:db8::7]:4711"', '2001:db8::7', false, 'own.example'],
    ['for="[::ffff:203.0.113.7]"', '203.0.113.7', false, 'own.example'],
    ['for="203.0.113.7:_obf"', '203.0.113.7', false, 'own.example'],
    ['by=10.0.0.1;for=203.0.113.7', '203.0.113.7', false, 'own.example'],
    ['proto=https', '10.0.0.1', true, 'own.example'],
    ['for="', '10.0.0.1', false, 'own.example'],
  ])('%s', (field, ip, secure, host) => {
    expect(of(field)).toEqual({ ip, secure, host })
  })

  it.each([['for=unknown'], ['for=_hidden'], ['for="_hidden:80"'], ['for="unknown:_p"']])(
    'that withholds the address tells scheme and host: %s',
    (node) => {
      expect(of(`for=6.6.6.6, ${node};proto=https;host=shop.example`)).toEqual({
        ip: '10.0.0.1',
        secure: true,
        host: 'shop.example',
      })
    },
  )

  it.each([
    ['for=nonsense;proto=https;host=evil.example'],
    ['for=203.0.113.7;proto=https;proto=http'],
    ['for=203.0.113.7 proto=https'],
    ['for="203.0.113.7;proto=https'],
    ['for=203.0.113.7, '],
  ])('that is malformed is not believed: %s', (field) => {
    expect(of(field)).toEqual(nobody)
  })

  it('cannot hide a client behind its proxy by a quote left open', () => {
    expect(of('for=", for=203.0.113.7;proto=https')).toEqual({ ip: '203.0.113.7', secure: true, host: 'own.example' })
    expect(of('for=6.6.6.6;host="\\, for=203.0.113.7').ip).toBe('203.0.113.7')
  })
})

describe('whatever the headers say', () => {
  const token = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom(
      'unknown',
      '_hidden',
      '',
      '10.0.0.2',
      '[::1]:80',
      '::ffff:10.0.0.3',
      'for="',
      'proto=https',
      '"',
      '\\',
    ),
    fc.string({ maxLength: 20 }),
  )
  const field = fc
    .array(token, { maxLength: 6 })
    .chain((tokens) => fc.constantFrom(', ', ',', ';', '').map((by) => tokens.join(by)))
  const names = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'cf-connecting-ip'] as const
  const headers = fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] })
  const family = fc.constantFrom<ProxyHeaders>('x-forwarded', 'forwarded')
  const peer = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0'))
  const trusted = fc.constantFrom<TrustedProxies>([], 0, 1, 2, 32, ['10.0.0.0/8'], ['0.0.0.0/0', '::/0'], {
    header: 'cf-connecting-ip',
  })

  it('nothing throws, and the address is empty or canonical', () => {
    fc.assert(
      fc.property(trusted, family, peer, headers, (who, chosen, address, sent) => {
        const { ip } = find(who, { peer: address, headers: sent as Record<string, string> }, chosen)
        if (ip === '') return
        expect(isIP(ip)).not.toBe(0)
        expect(canonicalAddress(ip)).toBe(ip)
      }),
      { numRuns: 2000 },
    )
  })

  it('an untrusted socket stays the client', () => {
    fc.assert(
      fc.property(family, headers, (chosen, sent) => {
        const client = find(
          ['10.0.0.0/8', '::1'],
          { peer: '203.0.113.9', headers: sent as Record<string, string> },
          chosen,
        )
        expect(client).toEqual({ ip: '203.0.113.9', secure: false, host: 'own.example' })
      }),
      { numRuns: 1000 },
    )
  })

  it('what the client sends never changes what one proxy says of it', () => {
    fc.assert(
      fc.property(field, (forged) => {
        const list = find(['10.0.0.0/8'], xff(`${forged}, 203.0.113.7`))
        expect(list.ip).toBe('203.0.113.7')
        const element = find(['10.0.0.0/8'], forwarded(`${forged}, for=203.0.113.7;proto=https`), 'forwarded')
        expect(element).toEqual({ ip: '203.0.113.7', secure: true, host: 'own.example' })
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a bad option', () => {
  it.each([
    [
      ['10.0.0.0/33'],
      RangeError,
      `'trustedProxies' must be made of addresses and CIDR blocks: current value is "10.0.0.0/33"`,
    ],
    [['loopback'], RangeError, 'current value is "loopback"'],
    [[1], TypeError, 'must be an array of addresses and CIDR blocks, a number, or { header }'],
    ['10.0.0.0/8', TypeError, 'current value is "10.0.0.0/8"'],
    [null, TypeError, 'current value is null'],
    [true, TypeError, 'current value is true'],
    [-1, RangeError, 'must be a number of proxies from 0 to 32: current value is -1'],
    [1.5, RangeError, 'current value is 1.5'],
    [33, RangeError, 'current value is 33'],
    [{}, TypeError, `must be a lower-case header name under 'header': current value is {}`],
    [{ header: 'CF-Connecting-IP' }, TypeError, 'CF-Connecting-IP'],
  ])('%j is refused', (trusted, type, message) => {
    expect(() => clientFinder(trusted as TrustedProxies)).toThrow(type)
    expect(() => clientFinder(trusted as TrustedProxies)).toThrow(message)
  })
})
