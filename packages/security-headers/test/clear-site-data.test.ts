import { protect } from '@seawall/guard/node'
import { describe, expect, it } from 'vitest'
import { clearSiteData } from '../src/clear-site-data.ts'
import { crossOriginProtection } from '../src/cross-origin-protection.ts'
import { frameworks } from './frameworks.ts'
import { open, serve } from './serve.ts'

function serveLogout(guard = clearSiteData()) {
  return serve(
    protect(
      [crossOriginProtection(), guard],
      (request, response) => {
        if (request.url === '/broken') throw new Error('broken')
        response.writeHead(request.url === '/elsewhere' ? 303 : 200, { location: '/' }).end('bye')
      },
      { onError: () => undefined },
    ),
  )
}

it.each(Object.entries(frameworks))('tells the browser what to forget on %s', async (_name, start) => {
  const ask = await open(await start([clearSiteData()], () => 'bye'))
  expect((await ask()).headers['clear-site-data']).toBe('"cache", "cookies", "storage"')
})

describe('by outcome', () => {
  it('is sent with a redirect', async () => {
    const ask = await serveLogout()
    expect((await ask('/elsewhere', { method: 'POST' })).headers['clear-site-data']).toBeDefined()
  })

  it('is not sent with a refusal, or a forged request would do as well as a real one', async () => {
    const ask = await serveLogout()
    const { status, headers } = await ask('/', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
    expect([status, headers['clear-site-data']]).toEqual([403, undefined])
  })

  it('is not sent with an error', async () => {
    const { status, headers } = await (await serveLogout())('/broken')
    expect([status, headers['clear-site-data']]).toEqual([500, undefined])
  })
})

it.each([
  [clearSiteData('cookies'), '"cookies"'],
  [clearSiteData('storage', 'cookies', 'storage'), '"storage", "cookies"'],
  [clearSiteData('*'), '"*"'],
])('says what was asked for: case %#', async (guard, value) => {
  expect((await (await serveLogout(guard))()).headers['clear-site-data']).toBe(value)
})

it.each<[data: unknown[]]>([[['cookie']], [['*', 'cookies']], [['']], [[5]], [[undefined]]])(
  'does not take %j',
  (data) => {
    expect(() => clearSiteData(...(data as never[]))).toThrow(TypeError)
  },
)
