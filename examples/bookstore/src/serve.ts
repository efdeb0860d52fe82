import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBookstore, type Bookstore } from './create-bookstore.ts'
import type { Settings } from './settings.ts'
import { shutDown } from './shut-down.ts'

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
  { host, port }: Settings,
  bookstore: Bookstore,
  listener: RequestListener,
): Promise<RunningServer> {
  const server = createServer(
    {
      // longer than a proxy keeps its connections, so that it is never the server that closes one under a request
      keepAliveTimeout: 65_000,
      headersTimeout: 15_000,
      requestTimeout: 30_000,
    },
    listener,
  )
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  bookstore.logger.info({ port: address.port }, 'listening')
  return { url: `http://${host}:${address.port}`, close: () => shutDown(server, bookstore) }
}
