import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { demoReader } from '../src/seed.ts'
import { freshAddress } from './ask.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

const secret = 'a secret for tests alone, 0123456789'

/** Logins, their limits and their sessions. */
export function describeLogin(framework: Framework): void {
  describe('login', () => {
    const bookstore = useBookstore(framework, () => ({ SESSION_SECRET: secret }))

    it('refuses the sixth of one address within a minute, and no other address', async () => {
      const from = freshAddress()
      for (let attempt = 1; attempt <= 5; attempt++) {
        const form = { username: `one address ${attempt}`, password: 'x' }
        expect((await bookstore.ask('/login', { form, from })).status).toBe(401)
      }
      const sixth = await bookstore.ask('/login', { form: demoReader, from })
      expect(sixth.status).toBe(429)
      expect(Number(sixth.headers.get('retry-after'))).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 60)
      expect(sixth.headers.getSetCookie()).toEqual([])
      expect((await bookstore.ask('/login', { form: demoReader })).status).toBe(200)
    })

    it('refuses the sixth for one username within a minute, from whatever address and however spelled', async () => {
      const spellings = ['grace', 'Grace', 'GRACE ', ' grace', 'ｇrace']
      for (const username of spellings) {
        expect((await bookstore.ask('/login', { form: { username, password: 'x' } })).status).toBe(401)
      }
      const sixth = await bookstore.ask('/login', { form: { username: 'grace', password: 'tr0ub4dor & three' } })
      expect(sixth.status).toBe(429)
      expect(Number(sixth.headers.get('retry-after'))).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 60)
      expect(sixth.headers.getSetCookie()).toEqual([])
    })

    it('does not believe a client that names an address through nobody we trust', async () => {
      const untrusting = await bookstore.startAnother({ TRUSTED_PROXIES: '192.0.2.1' })
      try {
        const statuses: number[] = []
        for (let attempt = 1; attempt <= 6; attempt++) {
          const body = new URLSearchParams({ username: `forged ${attempt}`, password: 'x' })
          const headers = { 'x-forwarded-for': freshAddress() }
          statuses.push((await fetch(`${untrusting.url}/login`, { method: 'POST', headers, body })).status)
        }
        expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
      } finally {
        await untrusting.close()
      }
    })

    it('answers an unknown username as a wrong password', async () => {
      const [wrong, unknown] = await Promise.all([
        bookstore.ask('/login', { form: { ...demoReader, password: 'wrong' } }),
        bookstore.ask('/login', { form: { ...demoReader, username: 'nobody' } }),
      ])
      expect(wrong.status).toBe(401)
      expect(unknown).toMatchObject({ status: 401, text: wrong.text })
      expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()])
    })

    it('gives a session cookie that scripts and other sites do not get', async () => {
      const { headers } = await bookstore.ask('/login', { form: demoReader })
      expect(headers.getSetCookie()).toEqual([
        expect.stringMatching(/^session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=28800$/),
      ])
      expect(headers.get('cache-control')).toBe('no-store')
    })

    it('gives in production a cookie that is bound to this host and to TLS, and takes no other', async () => {
      const production = await bookstore.startAnother({
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        DATABASE_TLS: 'off',
      })
      try {
        const login = await fetch(`${production.url}/login`, { method: 'POST', body: new URLSearchParams(demoReader) })
        const [cookie = ''] = login.headers.getSetCookie()
        expect(cookie).toMatch(/^__Host-session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=28800; Secure$/)
        const pair = cookie.split(';')[0] ?? ''
        expect(await review(production.url, pair)).toBe(201)
        expect(await review(production.url, pair.replace('__Host-', ''))).toBe(401)
        expect(login.headers.has('server-timing')).toBe(false)
      } finally {
        await production.close()
      }
    })

    it('ends with a logout, which browsers are told to forget', async () => {
      const { status, headers } = await bookstore.ask('/logout', { method: 'POST' })
      expect(status).toBe(204)
      expect(headers.getSetCookie()).toEqual(['session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'])
      expect(headers.get('clear-site-data')).toBe('"cookies", "storage"')
      const forged = await bookstore.ask('/logout', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
      expect(forged.status).toBe(403)
      expect(forged.headers.has('clear-site-data')).toBe(false)
    })

    it('refuses a session that is forged, expired or whose reader is gone', async () => {
      const right = await bookstore.signIn()
      const [, readerId, expires = '', signature = ''] = /^session=(\d+)\.(\d+)\.(.+)$/.exec(right) ?? []
      const nextHour = Math.floor(Date.now() / 1000) + 3600
      const cookies = {
        right,
        withoutSignature: `session=${readerId}.${expires}.`,
        ofAnotherReader: `session=2.${expires}.${signature}`,
        prolonged: `session=${readerId}.${Number(expires) + 1}.${signature}`,
        ofAnotherSecret: signed(`1.${nextHour}`, 'another secret for tests, 0123456789'),
        expired: signed(`1.${nextHour - 3601}`, secret),
        ofNobody: signed(`99.${nextHour}`, secret),
        garbage: 'session=%%%; =; session',
      }
      const statuses: Record<string, number> = {}
      for (const [name, cookie] of Object.entries(cookies)) statuses[name] = await review(bookstore.url, cookie)
      expect(statuses).toEqual({
        right: 201,
        withoutSignature: 401,
        ofAnotherReader: 401,
        prolonged: 401,
        ofAnotherSecret: 401,
        expired: 401,
        ofNobody: 401,
        garbage: 401,
      })
    })
  })
}

function signed(content: string, key: string): string {
  return `session=${content}.${createHmac('sha256', key).update(content).digest('base64url')}`
}

async function review(url: string, cookie: string): Promise<number> {
  const headers = { cookie, 'content-type': 'application/json' }
  const body = JSON.stringify({ rating: 5, body: 'Good' })
  return (await fetch(`${url}/books/1/reviews`, { method: 'POST', headers, body })).status
}
