import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import type { Framework } from './framework.ts'
import { backends, holdReviews } from './hold-reviews.ts'
import { useBookstore } from './use-bookstore.ts'

/** The end of a server in this process. */
export function describeShutDown(framework: Framework): void {
  describe('shutdown', () => {
    const bookstore = useBookstore(framework, () => ({ POOL_MAX: '5' }))

    it('answers every request that is under way, and then takes no more', async () => {
      const server = await bookstore.startAnother()
      const release = await holdReviews(bookstore.databaseUrl)
      const underWay = Array.from({ length: 12 }, () => ask(`${server.url}/catalog`))
      await expect.poll(() => backends(bookstore.admin, 'active')).toBe(5)
      // a second signal must not end what the first one waits for
      const closed = Promise.all([server.close(), server.close()])
      await expect.poll(() => ask(`${server.url}/healthz`).catch(String)).toContain('fetch failed')
      await release()
      for (const { status, text, headers } of await Promise.all(underWay)) {
        expect(status).toBe(200)
        expect(JSON.parse(text)).toHaveLength(20)
        expect(headers.get('connection')).toBe('close')
      }
      await closed
      await expect(ask(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
    })

    it('says that it is not ready to who is still connected', async () => {
      const server = await bookstore.startAnother()
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
      await once(socket, 'connect')
      let answer = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
      // a request that has begun: a connection without one may be cut
      socket.write('GET /readyz HTTP/1.1\r\n')
      await ask(`${server.url}/healthz`)
      const closed = server.close()
      socket.write('Host: x\r\n\r\n')
      await once(socket, 'end')
      await closed
      expect(answer).toMatch(/^HTTP\/1\.1 503 /)
      expect(answer).toMatch(/^connection: close\r$/im)
    })

    it('leaves nothing open when the port is taken', async () => {
      const before = await backends(bookstore.admin, 'idle')
      const port = new URL(bookstore.url).port
      await expect(bookstore.startAnother({ PORT: port })).rejects.toThrow('EADDRINUSE')
      await expect.poll(() => backends(bookstore.admin, 'idle')).toBeLessThanOrEqual(before)
    })
  })
}
