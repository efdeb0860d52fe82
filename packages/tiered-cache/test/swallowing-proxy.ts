import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server that can fall silent: connections stay open, new ones are taken, and nothing passes any more. */
export interface SwallowingProxy {
  /** Its port on 127.0.0.1. */
  readonly port: number
  /** From now on every byte is swallowed, in both directions. */
  swallow(): void
  /** Lets bytes of new connections pass again; those that it swallowed from stay silent. */
  pass(): void
  /** Ends it and its connections. */
  close(): Promise<void>
}

export async function startSwallowingProxy(targetPort: number): Promise<SwallowingProxy> {
  const sockets = new Set<Socket>()
  let silenced = new Set<Socket>()
  let isSwallowing = false
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    const join = (from: Socket, to: Socket) => {
      sockets.add(from)
      from.on('data', (bytes) => {
        if (!silenced.has(near) && !isSwallowing) to.write(bytes)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
    join(near, far)
    join(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      isSwallowing = true
      silenced = new Set(sockets)
    },
    pass: () => {
      isSwallowing = false
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
