import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Guard } from '@seawall/guard'
import { protect } from '@seawall/guard/node'
import { selfSignedCertificate, startChromium } from '@seawall/scorers'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

type Browser = Awaited<ReturnType<typeof startChromium>>
type Context = Awaited<ReturnType<Browser['newContext']>>
/** A tab. */
export type Tab = Awaited<ReturnType<Context['newPage']>>

/** Answers a request that the guards have let through. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Starts one Chromium for a file of tests; each test gets a tab with a jar of its own. */
export function useBrowser(): () => Promise<Tab> {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())
  return async () => {
    const context = await browser?.newContext()
    if (context === undefined) throw new Error('no browser is running')
    onTestFinished(() => context.close())
    return context.newPage()
  }
}

const certificate = selfSignedCertificate(['localhost', '*.test'])

/** Serves an application for the time of a test, and returns its port. */
export async function serveApp(
  guards: readonly Guard[],
  handler: Handler,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<number> {
  const listener = protect(guards, handler)
  const server = (tls ? createTlsServer(certificate, listener) : createServer(listener)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

/** Answers with a page. */
export function sendPage(response: ServerResponse, html: string): void {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<!doctype html><html><head><link rel="icon" href="data:,"></head><body>${html}</body></html>`)
}

/** What the page's scripts have left in `data-ran`, in the order in which they ran. */
export async function ran(tab: Tab): Promise<string> {
  return String(await tab.evaluate(`document.documentElement.dataset.ran ?? ''`))
}

/** A script that tells that it ran. */
export function tell(name: string): string {
  return `document.documentElement.dataset.ran = (document.documentElement.dataset.ran ?? '') + '${name} '`
}
