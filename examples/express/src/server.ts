import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBookstore, shutDown, type Bookstore, type Settings } from '@seawall-examples/bookstore'
import { createApp } from './app.ts'

/** A bookstore that listens. */
export interface RunningServer {
  /** Where it listens. */
  readonly url: string
  /** Answers what is under way, and ends. */
  close(): Promise<void>
}

/** Starts the bookstore on Express. Where that fails, nothing stays open. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const bookstore = await createBookstore(settings)
  try {
    return await listen(settings, bookstore)
  } catch (error) {
    await bookstore.close()
    throw error
  }
}

async function listen({ host, port }: Settings, bookstore: Bookstore): Promise<RunningServer> {
  const server: Server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 15_000, requestTimeout: 30_000 },
    createApp(bookstore),
  )
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  bookstore.logger.info({ port: address.port }, 'listening')
  return { url: `http://${host}:${address.port}`, close: () => shutDown(server, bookstore) }
}
