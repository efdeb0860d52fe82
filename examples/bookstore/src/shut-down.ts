import { once } from 'node:events'
import type { Server } from 'node:http'
import { Server as Listener } from 'node:net'
import type { Bookstore } from './create-bookstore.ts'

const deadlineMs = 10_000

/**
 * Ends a service without losing a request: `/readyz` says so, no new connection is taken, requests under way are answered,
 * and then everything is closed. What is left after ten seconds is cut.
 *
 * @param lingerMs - For how long requests on connections that are kept open are still answered, each as the last of its
 *   connection. A proxy may be sending one at this moment, and would not dare to send a form twice.
 */
export async function shutDown(server: Server, bookstore: Bookstore, lingerMs: number): Promise<void> {
  bookstore.drain()
  const closed = once(server, 'close')
  // the HTTP server's own `close` would also close the connections that nobody uses just now
  Listener.prototype.close.call(server)
  const linger = setTimeout(() => server.close(), lingerMs)
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearTimeout(linger)
  clearTimeout(cut)
  await bookstore.close()
}
