import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server that can be cut without a word, as by a firewall that forgets, or a host that loses power. */
export interface SwallowingProxy {
  /** The server's URL, through the proxy. */
  readonly url: string
  /** From now on, what comes on connections so far is thrown away. Nobody is told. */
  swallow(): void
  /** From now on, new connections are taken and never answered. */
  swallowNew(): void
  /** New connections go through again; those that were cut stay so. */
  heal(): void
  /** Ends it. */
  close(): Promise<void>
}

/** Starts a proxy before the server of a URL. */
export async function startSwallowingProxy(serverUrl: string): Promise<SwallowingProxy> {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let lines: { isCut: boolean }[] = []
  let isBlackHole = false
  const server = createServer((near) => {
    sockets.add(near)
    near.on('error', () => near.destroy())
    if (isBlackHole) return
    const line = { isCut: false }
    lines.push(line)
    const far = connect(Number(port), hostname)
    sockets.add(far)
    far.on('error', () => far.destroy())
    near.on('data', (data) => line.isCut || far.write(data))
    far.on('data', (data) => line.isCut || near.write(data))
    near.on('close', () => far.destroy())
    far.on('close', () => line.isCut || near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(serverUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    swallow() {
      for (const line of lines) line.isCut = true
      lines = []
    },
    swallowNew() {
      isBlackHole = true
    },
    heal() {
      isBlackHole = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
