import { describe, expect, it } from 'vitest'
import { keyReader } from '../src/key.ts'
import { exchange } from './exchange.ts'

const json = { 'content-type': 'application/json', 'content-length': '20' }

describe('keyReader', () => {
  it('reads the network for ip', () => {
    const read = keyReader('ip', 64)
    expect(read(exchange({ ip: '198.51.100.7' }))).toBe('198.51.100.7')
    expect(read(exchange({ ip: '2001:db8::7' }))).toBe(read(exchange({ ip: '2001:db8::8' })))
    expect(read(exchange({ ip: '' }))).toBeUndefined()
  })

  it('reads a header by any case of its name', () => {
    const read = keyReader('header:X-Api-Key', 64)
    expect(read(exchange({ headers: { 'x-api-key': ' Secret ' } }))).toBe('secret')
    expect(read(exchange())).toBeUndefined()
  })

  it('reads a query parameter, decoded', () => {
    const read = keyReader('query:user name', 64)
    expect(read(exchange({ url: '/a?x=1&user+name=J%C3%BCrgen' }))).toBe('jürgen')
    expect(read(exchange({ url: '/a' }))).toBeUndefined()
    expect(read(exchange({ url: '/a?user+name=' }))).toBeUndefined()
  })

  it('takes a query parameter that is given twice as missing', () => {
    expect(keyReader('query:u', 64)(exchange({ url: '/?u=a&u=b' }))).toBeUndefined()
  })

  it('reads a field of the parsed body', () => {
    const read = keyReader('post:username', 64)
    expect(read(exchange({ headers: json, body: { username: 'Ann' } }))).toBe('ann')
    expect(read(exchange({ headers: json, body: { username: 7 } }))).toBe('7')
  })

  it.each([{}, { username: ['ann'] }, { username: { $ne: '' } }, { username: null }, [], 'username', null, 5])(
    'takes the field of the body %j as missing',
    (body) => {
      expect(keyReader('post:username', 64)(exchange({ headers: json, body }))).toBeUndefined()
    },
  )

  it.each(['toString', 'constructor', '__proto__'])('does not find %s in a body without it', (name) => {
    expect(keyReader(`post:${name}`, 64)(exchange({ headers: json, body: {} }))).toBeUndefined()
  })

  it.each([
    { 'content-type': 'application/json', 'content-length': '20' },
    { 'content-type': 'application/json; charset=utf-8', 'transfer-encoding': 'chunked' },
    { 'content-type': 'application/vnd.api+json', 'content-length': '20' },
    { 'content-type': 'Application/X-WWW-Form-Urlencoded', 'content-length': '20' },
  ])('says to mount a post limit after the parser when the body of %j is not parsed', (headers) => {
    expect(() => keyReader('post:username', 64)(exchange({ method: 'POST', headers }))).toThrow(
      /^Cannot limit by 'post:username' as the body of the request is not parsed: mount this limit after a parser for /,
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
    expect(keyReader('post:username', 64)(exchange({ method: 'POST', headers }))).toBeUndefined()
  })

  it('takes what a function returns as it is, hashed when long', () => {
    expect(keyReader((x) => `${x.method} Ann`, 64)(exchange())).toBe('GET Ann')
    expect(keyReader(() => 'x'.repeat(500), 64)(exchange())).toMatch(/^sha256:/)
    expect(keyReader(() => '', 64)(exchange())).toBeUndefined()
    expect(keyReader(() => undefined, 64)(exchange())).toBeUndefined()
  })

  it('refuses a function that returns a promise, which would be one key for everyone', () => {
    const key = (async () => 'ann') as unknown as () => string
    expect(() => keyReader(key, 64)(exchange())).toThrow(
      "Cannot limit the request as 'key' must return a string or undefined: it returned object",
    )
  })
})
