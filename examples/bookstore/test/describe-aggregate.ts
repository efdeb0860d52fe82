import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

/** Three upstream services at once. */
export function describeAggregate(framework: Framework): void {
  describe('aggregate', () => {
    const bookstore = useBookstore(framework)
    const open: { close(): unknown }[] = []
    const upstream = async (listener: RequestListener): Promise<string> => {
      const server = await listening(createServer(listener))
      open.push({ close: () => (server.closeAllConnections(), server.close()) })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    }
    const aggregate = async (listeners: readonly RequestListener[]): Promise<unknown> => {
      const [STOCK_URL = '', PRICES_URL = '', RECOMMENDATIONS_URL = ''] = await Promise.all(listeners.map(upstream))
      const server = await bookstore.startAnother({ STOCK_URL, PRICES_URL, RECOMMENDATIONS_URL })
      open.push(server)
      const { status, text } = await ask(`${server.url}/aggregate`)
      expect(status).toBe(200)
      return JSON.parse(text)
    }
    afterEach(async () => {
      await Promise.all(open.splice(0).map((each) => each.close()))
    })

    it('asks all three before any has answered', async () => {
      const waiting: ServerResponse[] = []
      const answerWhenAllAreHere: RequestListener = (_request, response) => {
        waiting.push(response)
        if (waiting.length === 3) for (const each of waiting) each.end('{"here":true}')
      }
      const part = { data: { here: true }, degraded: false }
      expect(await aggregate([answerWhenAllAreHere, answerWhenAllAreHere, answerWhenAllAreHere])).toEqual({
        stock: part,
        prices: part,
        recommendations: part,
      })
    })

    it('falls back for each that fails, and for that one alone', async () => {
      const answers = await aggregate([
        (_request, response) => response.writeHead(500).end('{"secret":1}'),
        (_request, response) => response.end('<html>'),
        (_request, response) => response.end('{"recommendations":["Book 42"]}'),
      ])
      expect(answers).toEqual({
        stock: { data: { available: null }, degraded: true },
        prices: { data: { prices: [] }, degraded: true },
        recommendations: { data: { recommendations: ['Book 42'] }, degraded: false },
      })
    })

    it('falls back for each that hangs, cuts the connection or sends elsewhere', async () => {
      const answers = await aggregate([
        (_request, response) => response.write('{"available":'),
        (request) => request.socket.destroy(),
        (_request, response) => response.writeHead(302, { location: bookstore.url }).end(),
      ])
      expect(answers).toMatchObject({
        stock: { degraded: true },
        prices: { degraded: true },
        recommendations: { degraded: true },
      })
    })
  })
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
