import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../src/load-settings.ts'
import { serve, type RunningServer } from '../src/serve.ts'
import type { Framework } from './framework.ts'
import { quiet, useBookstore } from './use-bookstore.ts'

const timeouts = { headersMs: 300, requestMs: 600, responseMs: 1500, keepAliveMs: 400 }

/** Clients that take their time: each is cut, and nothing of it is kept. */
export function describeSlowClients(framework: Framework): void {
  describe('slow clients', () => {
    const bookstore = useBookstore(framework)
    let server: RunningServer
    beforeAll(async () => {
      const settings = loadSettings({ ...quiet, DATABASE_URL: bookstore.databaseUrl })
      server = await serve({ ...settings, timeouts }, framework.mount)
    })
    afterAll(() => server.close())

    /** Opens a connection, sends what is given, and then a byte now and then. Resolves to what came back once it is cut. */
    async function talk(first: string, drip = ''): Promise<string> {
      const socket = await open(server.url)
      if (first !== '') socket.write(first)
      const dripping = drip === '' ? undefined : setInterval(() => socket.write(drip), 50)
      let answer = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
      // a reset is a cut too, and may come before what was said
      socket.on('error', () => undefined).on('end', () => socket.end())
      await new Promise((resolve) => socket.once('close', resolve))
      clearInterval(dripping)
      return answer
    }

    it('are cut when they send nothing', async () => {
      expect(await talk('')).toMatch(/^$|^HTTP\/1\.1 408 /)
    })

    it('are cut when they send a head byte by byte', async () => {
      expect(await talk('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a')).toMatch(/^$|^HTTP\/1\.1 408 /)
    })

    it('are cut when they send a body byte by byte', async () => {
      const head = 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{'
      expect(await talk(head, ' ')).toMatch(/^$|^HTTP\/1\.1 408 /)
    })

    it('are let go between two requests, when they send no further one', async () => {
      const answer = await talk('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
      expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"ok"\}/)
    })

    it('are refused with a head of 9 kB', async () => {
      expect(await talk(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
    })

    it.each([
      ['nothing', 0],
      ['a byte now and then', 1],
    ])(
      'are cut when they read %s of what they have asked for',
      async (_what, bytes) => {
        const socket = await open(server.url)
        // more than the system keeps for a connection
        socket.write('GET /catalog?books=1000 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(30))
        // errors tell that it was cut, which is the point
        socket.on('error', () => undefined)
        const sipping = setInterval(() => void socket.read(bytes), 50)
        await expect.poll(() => isOpen(socket), { timeout: 15_000, interval: 200 }).toBe(false)
        clearInterval(sipping)
        socket.destroy()
      },
      15_000,
    )
  })
}

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** Writes to it, as only who writes learns that the other side is gone. */
function isOpen(socket: Socket): boolean {
  if (!socket.destroyed) socket.write('\r\n')
  return !socket.destroyed
}
