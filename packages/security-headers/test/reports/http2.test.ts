import { once } from 'node:events'
import { type ClientHttp2Session, connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { protect } from '@seawall/guard/node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { reportCollector, type ReportCollectorOptions } from '../../src/index.ts'
import { batch, violation } from './collect.ts'

async function open(options: ReportCollectorOptions): Promise<ClientHttp2Session> {
  const server = createServer(protect([reportCollector(options)], (_request, response) => response.end())).listen(0)
  await once(server, 'listening')
  const session = connect(`http://localhost:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  return session
}

const head = { ':method': 'POST', ':path': '/reports', ...batch }

async function post(session: ClientHttp2Session, body: string): Promise<Record<string, unknown>> {
  const stream = session.request(head)
  stream.end(body)
  stream.resume()
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  return headers
}

test('over HTTP/2 reports are taken and refused', async () => {
  const session = await open({ maxBytes: 1000 })
  expect((await post(session, JSON.stringify([violation()])))[':status']).toBe(204)
  const refused = await post(session, 'x'.repeat(1001))
  expect(refused[':status']).toBe(413)
  expect(refused['connection']).toBeUndefined()
  expect((await post(session, JSON.stringify([violation()])))[':status']).toBe(204)
})

test('over HTTP/2 a stream that is reset frees its place', async () => {
  const session = await open({ maxConcurrent: 1 })
  const stream = session.request(head)
  stream.on('error', () => undefined)
  stream.write('[')
  const status = async (): Promise<unknown> => (await post(session, JSON.stringify([violation()])))[':status']
  await vi.waitUntil(async () => (await status()) === 503)
  stream.destroy()
  await vi.waitUntil(async () => (await status()) === 204)
  expect(await status()).toBe(204)
})
