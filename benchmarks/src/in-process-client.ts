import type { Server } from 'node:http'
import { MemorySocket } from './memory-socket.ts'

/** A response as it was sent. */
export interface Look {
  readonly status: number
  /** By lower-case name, without Date. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const connections = 16

/**
 * A client that shares the server's process and no kernel lies between: connections that are kept alive, one request at a
 * time on each. The server's whole path is taken, from the parser to the socket's `write`.
 */
export class InProcessClient {
  readonly #sockets: readonly MemorySocket[]
  readonly #request: Buffer
  /** How many bytes a response has. All are alike; one that is not never completes, or fails the round. */
  #size = Infinity

  constructor(server: Server, request: string) {
    this.#request = Buffer.from(request)
    this.#sockets = Array.from({ length: connections }, () => new MemorySocket())
    for (const socket of this.#sockets) server.emit('connection', socket)
  }

  /** Sends one request and looks at the response. */
  async look(): Promise<Look> {
    const [socket] = this.#sockets as [MemorySocket]
    socket.isKeeping = true
    socket.push(this.#request)
    while (!isWhole(socket.text)) await new Promise(setImmediate)
    const look = parse(socket.text)
    this.#size = socket.received
    socket.isKeeping = false
    socket.text = ''
    socket.received = 0
    return look
  }

  /** Sends requests until as many responses have come. */
  send(count: number): Promise<void> {
    const pending = new Set<MemorySocket>()
    let sent = 0
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        for (const socket of this.#sockets) {
          if (socket.received > this.#size || socket.destroyed)
            return reject(new Error('a response differs from the first'))
          if (socket.received === this.#size) pending.delete(socket)
          if (pending.has(socket) || sent === count) continue
          socket.received = 0
          pending.add(socket)
          sent++
          socket.push(this.#request)
        }
        if (sent === count && pending.size === 0) resolve()
        else setImmediate(turn)
      }
      turn()
    })
  }
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = /^content-length: *(\d+)/im.exec(text)?.[1]
  return end !== -1 && length !== undefined && text.length >= end + 4 + Number(length)
}

function parse(text: string): Look {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers.filter(([name]) => name !== 'date')),
    body,
  }
}
