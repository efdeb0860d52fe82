import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, Buffer>(scrypt)
const keyBytes = 32

/** A password as it is kept: scrypt with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, keyBytes)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

/** Whether a password is the one that was kept. An unknown user costs the same as a wrong password. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [salt = '', key = ''] = (kept ?? `${'A'.repeat(22)}.${'A'.repeat(43)}`).split('.')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), keyBytes)
  const isSame = timingSafeEqual(derived, Buffer.from(key, 'base64url'))
  return isSame && kept !== undefined
}
