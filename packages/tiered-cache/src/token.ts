import { randomBytes } from 'node:crypto'

/** How long every token is. */
export const tokenLength = 20

const head = randomBytes(9).toString('base64url')
let count = 0

/** Text unlike any other that this or another process makes: 20 letters, digits, `-` and `_`. */
export function createToken(): string {
  count++
  return head + count.toString(36).padStart(8, '0')
}
