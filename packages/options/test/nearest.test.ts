import { expect, it } from 'vitest'
import { nearest } from '../src/index.ts'

const known = ['windowMs', 'limit', 'blockMs', 'ip']

it.each([
  ['windowms', 'windowMs'],
  ['widnowMs', 'windowMs'],
  ['windwMs', 'windowMs'],
  ['limits', 'limit'],
  ['ipp', 'ip'],
])('finds for %s the name %s', (unknown, name) => {
  expect(nearest(unknown, known)).toBe(name)
})

it('finds none that is far', () => {
  expect(nearest('colour', known)).toBeUndefined()
  expect(nearest('', [])).toBeUndefined()
})
