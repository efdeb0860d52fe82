import { expect, it } from 'vitest'
import { isLocalhost } from '../src/localhost.ts'

it.each([
  'localhost',
  'localhost:3000',
  'shop.localhost',
  'a.b-c.localhost:80',
  '127.0.0.1',
  '127.1.2.3:8080',
  '[::1]',
  '[::1]:80',
])('takes %s for this machine', (host) => {
  expect(isLocalhost(host)).toBe(true)
})

it.each([
  undefined,
  '',
  'shop.example',
  'localhost.example',
  'notlocalhost',
  '127.0.0.1.example',
  '127.0.0',
  '[::2]',
  '[::1]x',
  '10.0.0.1',
  '.localhost',
])('does not take %s for this machine', (host) => {
  expect(isLocalhost(host)).toBe(false)
})

it('decides about a long host in no time', () => {
  expect(isLocalhost(`${'a.'.repeat(8000)}b`)).toBe(false)
})
