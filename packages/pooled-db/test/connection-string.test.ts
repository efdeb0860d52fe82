import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConnectionString } from '../src/connection-string.ts'

describe('a connection string', () => {
  test.each([
    ['postgres://', {}],
    ['postgresql:///shop', { dbname: 'shop' }],
    ['postgres://ann:pw@a:5433/shop', { user: 'ann', password: 'pw', host: 'a', port: '5433', dbname: 'shop' }],
    ['postgres://a:5432,b:5433/shop', { host: 'a,b', port: '5432,5433', dbname: 'shop' }],
    ['postgres://a,b/shop?port=5433', { host: 'a,b', port: '5433', dbname: 'shop' }],
    ['postgres://[::1]:5433,[fe80::1]/shop', { host: '::1,fe80::1', port: '5433,', dbname: 'shop' }],
    ['postgres://%2Fvar%2Frun/shop', { host: '/var/run', dbname: 'shop' }],
    ['postgres:///shop?host=/var/run&user=ann', { host: '/var/run', dbname: 'shop', user: 'ann' }],
    ['postgres://ann:p%40ss%2Fw%3Ard@a/shop', { user: 'ann', password: 'p@ss/w:rd', host: 'a', dbname: 'shop' }],
    ['postgres://ann:p@ss@a/shop', { user: 'ann', password: 'p@ss', host: 'a', dbname: 'shop' }],
    ['postgres://,:,@a/,', { user: ',', password: ',', host: 'a', dbname: ',' }],
    ['postgres://a/shop?ssl=true', { host: 'a', dbname: 'shop', sslmode: 'verify-full' }],
    ['postgres://a/shop?options=-c%20x%3D1', { host: 'a', dbname: 'shop', options: '-c x=1' }],
  ])('%s is read', (url, parameters) => {
    expect(parseConnectionString(url)).toEqual(parameters)
  })

  test('of any login and any database is read as it was written', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' })
    fc.assert(
      fc.property(text, text, text, (user, password, dbname) => {
        const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
        const url = `postgres://${login}@a:1,b:2/${encodeURIComponent(dbname)}`
        expect(parseConnectionString(url)).toEqual({ user, password, dbname, host: 'a,b', port: '1,2' })
      }),
    )
  })

  test('of any other form is refused without being shown', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseConnectionString(`postgres://u:s3cret@${text}`)
        } catch (error) {
          expect(String(error)).not.toContain('s3cret')
        }
      }),
    )
  })
})
