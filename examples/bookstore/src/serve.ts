import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { boundResponses } from './bound-responses.ts'
import { createBookstore, type Bookstore } from './create-bookstore.ts'
import type { Settings } from './settings.ts'
import { shutDown } from './shut-down.ts'

/** How often clients that take too long are looked for. */
const looksPerTimeout = 5

/** A bookstore that listens. */
export interface RunningServer {
  /** Where it listens. */
  readonly url: string
  /** Answers what is under way, and ends. */
  close(): Promise<void>
}

/** Makes of a bookstore what a server calls for each request. */
export type Mount = (bookstore: Bookstore) => RequestListener | Promise<RequestListener>

/** Starts the bookstore on a framework. Where that fails, nothing stays open. */
export async function serve(settings: Settings, mount: Mount): Promise<RunningServer> {
  const bookstore = await createBookstore(settings)
  try {
    return await listen(settings, bookstore, await mount(bookstore))
  } catch (error) {
    await bookstore.close()
    throw error
  }
}

async function listen(
  { host, port, timeouts, lingerMs }: Settings,
  bookstore: Bookstore,
  listener: RequestListener,
): Promise<RunningServer> {
  const { headersMs, requestMs, responseMs, keepAliveMs } = timeouts
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      // Node's own 30 s would let a client have so much more
      connectionsCheckingInterval: Math.ceil(headersMs / looksPerTimeout),
      // a session cookie and what proxies add take a quarter of it
      maxHeaderSize: 8192,
    },
    listener,
  )
  boundResponses(server, responseMs)
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  bookstore.logger.info({ port: address.port }, 'listening')
  let end: Promise<void> | undefined
  const close = (): Promise<void> => (end ??= shutDown(server, bookstore, lingerMs))
  return { url: `http://${host}:${address.port}`, close }
}
