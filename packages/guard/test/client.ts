import { request } from 'node:http'
import { connect } from 'node:net'

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Every value of a header. */
  all(name: string): string[]
  readonly body: string
}

/** Options of a request. */
export interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
}

/** Sends a request on a connection of its own. */
export function send(port: number, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, path, method, headers, agent: false, host: '127.0.0.1' }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          all: (name) => response.headersDistinct[name] ?? [],
          body: Buffer.concat(parts).toString(),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends bytes as they are and returns the bytes that come back until the server closes or `until` is seen. */
export function sendRaw(port: number, text: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.setTimeout(5000, () => socket.destroy(new Error(`no end after: ${received}`)))
    socket.on('data', (part) => {
      received += part.toString('latin1')
      if (until !== undefined && received.includes(until)) socket.end()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}
