import { expect, test } from 'vitest'
import {
  inlineHash,
  integrityOf,
  nonceOf,
  type SecurityHeadersOptions,
  securityHeaders,
  site,
  strict,
} from '../../src/index.ts'
import { ran, sendPage, serveApp, tell, useBrowser } from './browse.ts'

const newTab = useBrowser()

const presets: [string, SecurityHeadersOptions][] = [
  ['strict', strict()],
  ['site', site()],
]

test.each(presets)('under %s a script with the nonce runs and an injected one does not', async (_name, options) => {
  const port = await serveApp([securityHeaders(options)], (request, response) => {
    const injected = `<script>${tell('injected')}</script><img src="/none" onerror="${tell('handler')}">`
    const guessed = `<script nonce="guess">${tell('guessed')}</script>`
    sendPage(response, `${injected}${guessed}<script nonce="${nonceOf(request)}">${tell('own')}</script>`)
  })
  const tab = await newTab()
  await tab.goto(`http://localhost:${port}/`)
  expect(await ran(tab)).toBe('own ')
})

test.each(presets)('under %s a script whose integrity is wrong does not run', async (_name, options) => {
  const integrity = await integrityOf(new TextEncoder().encode(tell('own')))
  const port = await serveApp([securityHeaders(options)], (request, response) => {
    if (request.url !== '/') {
      response.setHeader('content-type', 'text/javascript')
      response.end(tell(request.url === '/own.js' ? 'own' : 'changed'))
      return
    }
    const script = (file: string): string =>
      `<script nonce="${nonceOf(request)}" src="/${file}.js" integrity="${integrity}"></script>`
    sendPage(response, script('changed') + script('own'))
  })
  const tab = await newTab()
  await tab.goto(`http://localhost:${port}/`)
  expect(await ran(tab)).toBe('own ')
})

test('a script whose hash the policy names runs', async () => {
  const contentSecurityPolicy = { directives: { scriptSrc: [inlineHash(tell('own'))] } }
  const port = await serveApp([securityHeaders({ contentSecurityPolicy })], (_request, response) =>
    sendPage(response, `<script>${tell('own')}</script><script>${tell('injected')}</script>`),
  )
  const tab = await newTab()
  await tab.goto(`http://localhost:${port}/`)
  expect(await ran(tab)).toBe('own ')
})
