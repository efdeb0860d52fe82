import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { Connection, type Client } from 'pg'

/** What pg's own `cancel` uses of a client, and its types leave out. */
interface Cancellable {
  readonly processID: number | null
  readonly secretKey: number | null
  readonly ssl: boolean | object
  readonly sslNegotiation?: string
}

/** pg's connection before any login: it can speak TLS, and it can send a CancelRequest. */
interface BareConnection extends EventEmitter {
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
}

/**
 * Asks the server to stop what a client runs: a CancelRequest, on a connection of its own, under TLS where the client's is
 * (PostgreSQL protocol, "Canceling Requests in Progress"). Tells whether the server has dealt with it within `timeoutMs`.
 */
export function cancelRequest(client: Client, timeoutMs: number): Promise<boolean> {
  const { processID, secretKey, ssl, sslNegotiation } = client as unknown as Cancellable
  if (processID === null || secretKey === null) return Promise.resolve(false)
  const socket = new Socket()
  const connection = new Connection({
    stream: () => socket,
    ...({ ssl, sslNegotiation } as object),
  }) as unknown as BareConnection
  let isSent = false
  const send = (): void => {
    connection.cancel(processID, secretKey)
    isSent = true
  }
  connection.on('connect', () => {
    if (!ssl) return send()
    if (sslNegotiation !== 'direct') connection.requestSsl()
  })
  connection.on('sslconnect', send)
  const giveUp = (): void => {
    isSent = false
    socket.destroy()
  }
  // A server that cannot be reached cannot be asked either: the socket closes, and that is all.
  connection.on('error', giveUp)
  return new Promise((resolve) => {
    const timer = setTimeout(giveUp, timeoutMs).unref()
    // The server says nothing to a CancelRequest: it closes the connection when the process was signalled.
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(isSent)
    })
    if (client.host.startsWith('/')) return connection.connect(`${client.host}/.s.PGSQL.${client.port}`)
    connection.connect(client.port, client.host)
  })
}
