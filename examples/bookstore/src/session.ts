import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Settings } from './settings.ts'

const maxAgeSeconds = 8 * 60 * 60

/** Who is signed in. */
export interface Session {
  /** The reader's id. */
  readonly readerId: number
}

/** Makes and reads the signed session cookie. Nothing is kept on the server. */
export interface Sessions {
  /** The `Set-Cookie` line that signs a reader in. */
  issue(session: Session): string
  /** The `Set-Cookie` line that signs whoever has it out. */
  revoke(): string
  /** Who a `Cookie` header says is signed in, if its signature and its age are right. */
  read(cookies: string | undefined): Session | undefined
}

/** Sessions signed with the settings' secret; `__Host-` and Secure unless the settings say plain HTTP. */
export function createSessions({ sessionSecret, secureCookies }: Settings): Sessions {
  const name = secureCookies ? '__Host-session' : 'session'
  const sign = (text: string): Buffer => createHmac('sha256', sessionSecret).update(text).digest()
  const line = (value: string, seconds: number): string =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secureCookies ? '; Secure' : ''}`
  return {
    issue({ readerId }) {
      const content = `${readerId}.${Math.floor(Date.now() / 1000) + maxAgeSeconds}`
      const value = `${content}.${sign(content).toString('base64url')}`
      return line(value, maxAgeSeconds)
    },
    revoke: () => line('', 0),
    read(cookies) {
      const [readerId, expires, signature] = valueOf(cookies, name)?.split('.') ?? []
      if (readerId === undefined || expires === undefined || signature === undefined) return undefined
      const given = Buffer.from(signature, 'base64url')
      const right = sign(`${readerId}.${expires}`)
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
      return Number(expires) > Date.now() / 1000 ? { readerId: Number(readerId) } : undefined
    },
  }
}

function valueOf(cookies: string | undefined, name: string): string | undefined {
  const pairs = (cookies ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}
