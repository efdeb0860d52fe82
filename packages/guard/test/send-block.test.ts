import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Guard } from '../src/index.ts'
import { send, sendRaw, type Answer } from './client.ts'
import type { Running } from './framework.ts'
import { frameworks, listen } from './frameworks.ts'
import { protect } from '../src/node.ts'

const constants: Guard = {
  name: 'constants',
  headers: { 'x-constant': 'guard', 'x-other': 'always', 'x-set': 'constant', 'x-latin': 'caf\u00e9' },
  remove: ['x-powered-by', 'etag'],
}
const setter: Guard = {
  name: 'setter',
  onRequest: (x) => (x.set('x-set', 'set'), x.set('x-several', ['1', '2']), x.set('set-cookie', 'g=1'), undefined),
}
/** Makes every head go through Node's own methods. */
const look: Guard = { name: 'look', onHead: () => {} }

describe.each(frameworks)('on $name', (framework) => {
  const running: Running[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()))
  })
  const start = async (guards: readonly Guard[]): Promise<number> => {
    const one = await framework.start({ guards, options: { onError: () => {} } })
    running.push(one)
    return one.port
  }

  it.each(['/ok', '/own', '/cookies', '/json', '/empty', '/unchanged', '/redirect', '/throw', '/stream', '/missing'])(
    'a head laid as text is the head that Node would write for %s',
    async (path) => {
      const [laid, merged] = [await start([constants, setter]), await start([constants, setter, look])]
      for (const method of ['GET', 'HEAD']) {
        const [one, other] = [await send(laid, path, { method }), await send(merged, path, { method })]
        expect(one.status).toBe(other.status)
        expect(one.body).toBe(other.body)
        expect(sorted(one.headers)).toEqual(sorted(other.headers))
      }
    },
  )

  it('sends on every request what is set on that request', async () => {
    let count = 0
    const shared = ['0']
    const counter: Guard = {
      name: 'counter',
      onRequest: (x) => {
        shared[0] = String(++count)
        x.set('x-shared', shared)
        x.set('x-parity', String(count % 2))
        return undefined
      },
    }
    const port = await start([constants, counter])
    for (let n = 1; n <= 4; n++)
      expect((await send(port, '/ok')).headers).toMatchObject({ 'x-shared': String(n), 'x-parity': String(n % 2) })
  })

  it('ends with one empty line, before the body', async () => {
    const raw = await sendRaw(await start([constants]), 'GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(raw.split('\r\n\r\n')).toHaveLength(2)
    expect(raw.endsWith('\r\n\r\nok') || raw.includes('\r\n\r\n2\r\nok')).toBe(true)
  })

  it('leaves framing to Node where a guard sets a name that it frames by', async () => {
    const closing: Guard = { name: 'closing', headers: { connection: 'close' } }
    const answer = await send(await start([constants, closing]), '/ok')
    expect(answer.all('connection')).toEqual(['close'])
    expect(answer.headers['x-constant']).toBe('guard')
  })
})

function sorted(headers: Answer['headers']): string[] {
  const fields = Object.entries(headers).filter(([name]) => name !== 'date')
  return fields.map(([name, value]) => `${name}: ${[value].flat().toSorted(compare).join(', ')}`).toSorted(compare)
}

function compare(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1
}

it('answers 500 in place of a held head that Node refuses', async () => {
  const guards: Guard[] = [constants, { name: 'body', onBody: () => undefined }]
  const refused = protect(
    guards,
    (_, response) => response.writeHead(200, { 'x-bad': 'a\r\nx-injected: 1' }).end('x'),
    { onError: () => {} },
  )
  const { port, close } = await listen(createServer(refused))
  const answer = await send(port, '/', { method: 'HEAD' })
  expect(answer.status).toBe(500)
  expect(answer.headers).not.toHaveProperty('x-injected')
  expect(answer.headers['x-constant']).toBe('guard')
  await close()
})
