import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createUpstream } from '../src/upstream.ts'

const instead = { fallback: true }

describe('createUpstream', () => {
  it('tries a failure once more, within the deadline', async () => {
    let asked = 0
    const url = await listening((_request, response) =>
      response.writeHead(asked++ === 0 ? 500 : 200).end('{"ok":true}'),
    )
    expect(await createUpstream(url, 5_000, instead)()).toEqual({ data: { ok: true }, degraded: false })
    expect(asked).toBe(2)
  })

  it('does not try again what has taken all the time', async () => {
    let asked = 0
    const url = await listening(() => asked++)
    expect(await createUpstream(url, 1_000, instead)()).toEqual({ data: instead, degraded: true })
    expect(asked).toBe(1)
  })

  it('leaves a failing service alone, and finds out that it is back', async () => {
    let asked = 0
    let works = false
    const url = await listening((_request, response) => {
      asked++
      response.writeHead(works ? 200 : 500).end('{"ok":true}')
    })
    const ask = createUpstream(url, 5_000, instead)
    for (let attempt = 0; attempt < 10; attempt++) expect(await ask()).toMatchObject({ degraded: true })
    const before = asked
    expect(await ask()).toMatchObject({ degraded: true })
    expect(asked).toBe(before)
    works = true
    await expect.poll(ask, { timeout: 10_000, interval: 100 }).toEqual({ data: { ok: true }, degraded: false })
  })

  it('gives the fallback for a service that is not configured', async () => {
    expect(await createUpstream('', 100, instead)()).toEqual({ data: instead, degraded: true })
  })
})

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
