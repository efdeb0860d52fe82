import { Server, type AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'

/**
 * `node run-guide.ts <requests> <file…>`: runs the examples of a guide in their order. Each server that an example has
 * started is sent the requests, `GET /,POST /login`, and has to answer each with a success.
 */
const [requests = '', ...files] = process.argv.slice(2)
const servers: Server[] = []

const listen = Reflect.get(Server.prototype, 'listen') as (...args: readonly unknown[]) => Server
Server.prototype.listen = function listenSomewhere(this: Server, ...args: readonly unknown[]): Server {
  servers.push(this)
  const [first, ...rest] = args
  const anywhere = typeof first === 'object' && first !== null ? { ...first, port: 0 } : 0
  return listen.call(this, anywhere, ...rest.filter((each) => typeof each === 'function'))
}

for (const file of files) {
  await import(file)
  for (const server of servers.splice(0)) await askServer(server, file)
  // a rejection that nobody takes is told after the turn
  await setImmediate()
}
process.exit(0)

async function askServer(server: Server, file: string): Promise<void> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  for (const each of requests.split(',')) {
    const [method = '', path = ''] = each.split(' ')
    const form = { headers: { 'content-type': 'application/json' }, body: '{ "username": "ann" }' }
    const response = await fetch(`http://localhost:${port}${path}`, { method, ...(method === 'POST' ? form : {}) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${file}: ${each} was answered with ${response.status} ${text}`)
    if (response.headers.get('x-content-type-options') !== 'nosniff') throw new Error(`${file}: ${each} has no headers`)
  }
}
