import type { Server } from 'node:http'
import type { Bookstore } from './create-bookstore.ts'

const deadlineMs = 10_000

/**
 * Ends a service without losing a request: `/readyz` says so, no new connection is taken, requests under way are answered,
 * and then everything is closed. What is left after ten seconds is cut.
 */
export async function shutDown(server: Server, bookstore: Bookstore): Promise<void> {
  bookstore.drain()
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearTimeout(cut)
  await bookstore.close()
}
