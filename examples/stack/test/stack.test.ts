import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { demoReader } from '@seawall-examples/bookstore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client, type Answer } from '../src/client.ts'
import { startStack, type Stack } from '../src/start-stack.ts'

const run = promisify(execFile)

describe('the stack', () => {
  let stack: Stack
  let client: Client
  let folder: string
  beforeAll(async () => {
    // the very files that the Dockerfile puts into its image
    folder = await mkdtemp(join(tmpdir(), 'seawall-bundle-'))
    await run(process.execPath, [fileURLToPath(new URL('../src/bundle.ts', import.meta.url)), 'express', folder])
    const main = pathToFileURL(join(folder, 'server/bin/main.js'))
    stack = await startStack(main, { REQUESTS_PER_MINUTE: '1000' })
    client = new Client(stack.url, stack.certificate)
  }, 120_000)
  afterAll(async () => {
    client?.close()
    await stack?.stop()
    await rm(folder, { recursive: true })
  }, 60_000)

  /** Asks for the catalog, four at a time, until the work is done; resolves to every status. */
  async function statusesDuring(work: () => Promise<void>): Promise<number[]> {
    let done = false
    const statuses: number[] = []
    const ask = async (): Promise<void> => {
      while (!done) {
        const answer = await client.ask('/catalog').catch((error: unknown): Pick<Answer, 'status'> => {
          throw new Error('A request failed', { cause: error })
        })
        statuses.push(answer.status)
        // below what one address may ask for in a minute
        await new Promise((resolve) => setTimeout(resolve, 80))
      }
    }
    const asking = Promise.all([ask(), ask(), ask(), ask()])
    try {
      await work()
    } finally {
      done = true
    }
    await asking
    return statuses
  }

  it('answers over TLS, and knows that it does', async () => {
    const { status, headers } = await client.ask('/')
    expect(status).toBe(200)
    expect(headers['strict-transport-security']).toMatch(/max-age=\d{8}/)
    expect(headers['server']).toBe('nginx')
    const login = await client.ask('/login', { json: demoReader })
    expect(login.headers['set-cookie']).toEqual([expect.stringMatching(/^__Host-session=.*; Secure$/)])
  })

  it('keeps rendered fragments in Memcached, where the processes find what the other has rendered', async () => {
    await client.ask('/')
    expect(await itemsOf(stack.services.memcached.port)).toBeGreaterThan(24)
  })

  it('says of each part that it stands on how it is, and serves without Memcached', async () => {
    const readiness = async (): Promise<unknown> => JSON.parse((await client.ask('/readyz')).text)
    const checks = { database: 'ok', memory: 'ok', redis: 'ok', memcached: 'ok' }
    await expect.poll(readiness, { timeout: 10_000 }).toEqual({ status: 'ok', checks })
    const { memcached } = stack.services
    await memcached.kill()
    try {
      const without = { status: 'degraded', checks: { ...checks, memcached: 'failed' } }
      await expect.poll(readiness, { timeout: 10_000 }).toEqual(without)
      expect((await client.ask('/')).text).toContain('What readers liked best')
    } finally {
      await memcached.restart()
    }
    await expect.poll(readiness, { timeout: 10_000 }).toEqual({ status: 'ok', checks })
  }, 60_000)

  it('believes no client that names another address', async () => {
    const statuses: number[] = []
    for (let attempt = 0; attempt < 6; attempt++) {
      const headers = { 'x-forwarded-for': `198.51.100.${attempt}`, forwarded: `for=198.51.100.${attempt}` }
      statuses.push(
        (await client.ask('/login', { headers, json: { username: `nobody ${attempt}`, password: 'x' } })).status,
      )
    }
    // the login before counts: both processes share one limit
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429])
  })

  it('loses no request while its processes are replaced', async () => {
    const statuses = await statusesDuring(async () => {
      for (const app of stack.apps) await app.replace()
    })
    expect(statuses.length).toBeGreaterThan(10)
    expect(new Set(statuses)).toEqual(new Set([200]))
  }, 60_000)

  it('loses no read when a process is killed', async () => {
    const [first] = stack.apps
    const statuses = await statusesDuring(async () => {
      await first.kill()
      await new Promise((resolve) => setTimeout(resolve, 500))
      await first.replace()
    })
    expect(new Set(statuses)).toEqual(new Set([200]))
  }, 60_000)
})

/** How many entries a Memcached holds. */
async function itemsOf(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  socket.end('stats\r\nquit\r\n')
  const stats = await text(socket)
  return Number(/curr_items (\d+)/.exec(stats)?.[1])
}
