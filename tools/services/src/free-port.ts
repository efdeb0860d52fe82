import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems give to outgoing connections (from 32768 on), so that none of these takes the port of a
// server between its end and its restart; and so low that the bus of Redis Cluster, 10000 above, is below them too.
const lowest = 11_000
const count = 11_000
const attempts = 100

/** A port of 127.0.0.1 which was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = lowest + Math.floor(Math.random() * count)
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port
  }
  throw new Error(`Cannot find a free port between ${lowest} and ${lowest + count}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
