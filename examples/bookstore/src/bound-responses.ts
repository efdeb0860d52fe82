import type { Server } from 'node:http'

/**
 * Cuts the connection of a client that has not taken its response in time, be it that it reads nothing or a byte now and
 * then. Node bounds how long a request may take to arrive; without this bound a response may take for ever, with all that
 * is held for it.
 */
export function boundResponses(server: Server, responseMs: number): void {
  server.on('request', ({ socket }, response) => {
    const timer = setTimeout(() => socket.destroy(), responseMs).unref()
    response.once('close', () => clearTimeout(timer))
  })
}
