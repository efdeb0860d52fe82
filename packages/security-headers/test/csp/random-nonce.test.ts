import { expect, it } from 'vitest'
import { randomNonce } from '../../src/csp/random-nonce.ts'

it('makes a different 128-bit value each time, across refills of its pool', () => {
  const values = Array.from({ length: 2000 }, randomNonce)
  expect(new Set(values).size).toBe(values.length)
  for (const value of values) expect(Buffer.from(value, 'base64')).toHaveLength(16)
})
