import { describe, expect, it } from 'vitest'
import { normalizeSpelling } from '../../src/identity.ts'
import { keyReader as keyReaderBy, keyRule, lateness, type KeySettings, type RateLimitKey } from '../../src/keys/key.ts'
import { exchange } from '../exchange.ts'

function keyReader(key: RateLimitKey, settings: Partial<KeySettings> = {}) {
  const defaults = { ipv4Prefix: 32, ipv6Prefix: 64, normalize: normalizeSpelling, user: undefined }
  return keyReaderBy(key, { ...defaults, ...settings })
}

const json = { 'content-type': 'application/json', 'content-length': '20' }

describe('keyReader', () => {
  it('reads the network for ip', () => {
    const read = keyReader('ip')
    expect(read(exchange({ ip: '198.51.100.7' }))).toBe('198.51.100.7')
    expect(read(exchange({ ip: '2001:db8::7' }))).toBe(read(exchange({ ip: '2001:db8::8' })))
    expect(read(exchange({ ip: '' }))).toBeUndefined()
  })

  it('reads a header by any case of its name', () => {
    const read = keyReader('header:X-Api-Key')
    expect(read(exchange({ headers: { 'x-api-key': ' Secret ' } }))).toBe('secret')
    expect(read(exchange())).toBeUndefined()
  })

  it('reads a query parameter, decoded', () => {
    const read = keyReader('query:user name')
    expect(read(exchange({ url: '/a?x=1&user+name=J%C3%BCrgen' }))).toBe('jürgen')
    expect(read(exchange({ url: '/a' }))).toBeUndefined()
    expect(read(exchange({ url: '/a?user+name=' }))).toBeUndefined()
  })

  it('takes a query parameter that is given twice as missing', () => {
    expect(keyReader('query:u')(exchange({ url: '/?u=a&u=b' }))).toBeUndefined()
  })

  it('reads a field of the parsed body', () => {
    const read = keyReader('post:username')
    expect(read(exchange({ headers: json, body: { username: 'Ann' } }))).toBe('ann')
    expect(read(exchange({ headers: json, body: { username: 7 } }))).toBe('7')
  })

  it.each([{}, { username: ['ann'] }, { username: { $ne: '' } }, { username: null }, [], 'username', null, 5])(
    'takes the field of the body %j as missing',
    (body) => {
      expect(keyReader('post:username')(exchange({ headers: json, body }))).toBeUndefined()
    },
  )

  it.each(['toString', 'constructor', '__proto__'])('does not find %s in a body without it', (name) => {
    expect(keyReader(`post:${name}`)(exchange({ headers: json, body: {} }))).toBeUndefined()
  })

  it.each([
    { 'content-type': 'application/json', 'content-length': '20' },
    { 'content-type': 'application/json; charset=utf-8', 'transfer-encoding': 'chunked' },
    { 'content-type': 'application/vnd.api+json', 'content-length': '20' },
    { 'content-type': 'Application/X-WWW-Form-Urlencoded', 'content-length': '20' },
    { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '20' },
  ])('says to mount a post limit after the parser when the body of %j is not parsed', (headers) => {
    expect(() => keyReader('post:username')(exchange({ method: 'POST', headers }))).toThrow(
      /^Cannot limit by 'post:username' as the body of the request is not parsed: mount this limit after a parser for [a-z]+\/[a-z.+-]+, in Fastify as a preHandler$/i,
    )
  })

  it.each([
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'application/json', 'content-length': '0' },
    { 'content-type': 'text/plain', 'content-length': '20' },
    { 'content-type': 'application/jsonx', 'content-length': '20' },
    { 'content-length': '20' },
  ])('takes the field as missing when there is no body to parse: %j', (headers) => {
    expect(keyReader('post:username')(exchange({ method: 'POST', headers }))).toBeUndefined()
  })

  it('takes what a function returns as it is, hashed when long', () => {
    expect(keyReader((x) => `${x.method} Ann`)(exchange())).toBe('GET Ann')
    expect(keyReader(() => 'x'.repeat(500))(exchange())).toMatch(/^sha256:/)
    expect(keyReader(() => '')(exchange())).toBeUndefined()
    expect(keyReader(() => undefined)(exchange())).toBeUndefined()
  })

  it('refuses a function that returns a promise, which would be one key for everyone', () => {
    const key = (async () => 'ann') as unknown as () => string
    expect(() => keyReader(key)(exchange())).toThrow(
      "Cannot limit the request as 'key' must return a string, a number or undefined: it returned object",
    )
  })

  it('reads a cookie, whatever its place, quotes and spaces', () => {
    const read = keyReader('cookie:sid')
    expect(read(exchange({ headers: { cookie: 'a=1; sid=X7; b=2' } }))).toBe('x7')
    expect(read(exchange({ headers: { cookie: 'sid="x=7"' } }))).toBe('x=7')
    expect(read(exchange({ headers: { cookie: 'asid=1; sidx=2; sid' } }))).toBeUndefined()
    expect(read(exchange())).toBeUndefined()
  })

  it('reads a cookie as frameworks do, decoded', () => {
    const read = keyReader('cookie:sid')
    expect(read(exchange({ headers: { cookie: 'sid=%58%37' } }))).toBe('x7')
    expect(read(exchange({ headers: { cookie: 'sid=50%' } }))).toBe('50%')
  })

  it('takes a cookie that is given twice as missing', () => {
    expect(keyReader('cookie:sid')(exchange({ headers: { cookie: 'sid=a; sid=b' } }))).toBeUndefined()
  })

  it.each([
    ['params of the request', { params: { id: 'Seven' } }],
    ['param() of the context', { req: { param: (name: string) => (name === 'id' ? 'Seven' : undefined) } }],
  ])('reads a parameter of the route from the %s', (_, raw) => {
    expect(keyReader('param:id')(exchange({ raw }))).toBe('seven')
    expect(keyReader('param:other')(exchange({ raw }))).toBeUndefined()
    expect(keyReader('param:constructor')(exchange({ raw }))).toBeUndefined()
  })

  it('takes the user that the application names as it is', () => {
    expect(keyReader('user', { user: () => 'Ann' })(exchange())).toBe('Ann')
    expect(keyReader('user', { user: () => 7 })(exchange())).toBe('7')
    expect(keyReader('user', { user: () => undefined })(exchange())).toBeUndefined()
    const later = (async () => 'ann') as unknown as () => string
    expect(() => keyReader('user', { user: later })(exchange())).toThrow(
      "'user' must return a string, a number or undefined",
    )
  })

  it('counts all together for global', () => {
    const read = keyReader('global')
    expect(read(exchange({ ip: '192.0.2.1' }))).toBe(read(exchange({ ip: '192.0.2.2' })))
  })

  it('reads several parts, none of which can reach into another', () => {
    const read = keyReader(['header:a', 'header:b'])
    expect(read(exchange({ headers: { a: 'x', b: 'y' } }))).toBe('x+y')
    expect(read(exchange({ headers: { a: 'x+y', b: 'z' } }))).not.toBe(
      read(exchange({ headers: { a: 'x', b: 'y+z' } })),
    )
    expect(read(exchange({ headers: { a: 'x' } }))).toBeUndefined()
  })

  it('spells values as the application says', () => {
    const read = keyReader('header:x-key', { normalize: (value) => value })
    expect(read(exchange({ headers: { 'x-key': 'aB ' } }))).toBe('aB ')
  })

  it('tells how late a key can be read', () => {
    const keys: RateLimitKey[] = [
      'ip',
      'global',
      'header:a',
      'user',
      () => 'a',
      ['ip', 'query:a'],
      'post:a',
      ['ip', 'post:a'],
    ]
    expect(keys.map(lateness)).toEqual([0, 0, 1, 1, 1, 1, 2, 2])
  })

  it.each([
    '',
    'ip:',
    'user:a',
    'header:',
    'header:a b',
    'cookie:a;b',
    'param:',
    'body:a',
    [],
    ['ip', 'nothing'],
    [['ip']],
  ])('knows no key %j', (key) => {
    expect(keyRule.isInRange?.(key)).toBe(false)
  })
})
