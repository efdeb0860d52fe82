import { connect, type Socket } from 'node:net'
import { requestText } from './request.ts'

/** Takes a response, valid until it returns, its status, and how long it took. Tells whether to ask again. */
export type TakeResponse = (response: Uint8Array, status: number, ms: number) => boolean

const request = Buffer.from(requestText)
const endOfHead = Buffer.from('\r\n\r\n')
const statusAt = 'HTTP/1.1 '.length
const largestResponse = 65_536
const silenceMs = 10_000
const nothing = Buffer.alloc(0)

/**
 * A connection that is kept alive, one request at a time on it. It looks for the end of each response, nothing more: what
 * a general client spends on parsing, a server has that shares the machine with it.
 */
export class FastConnection {
  readonly #socket: Socket
  readonly #take: TakeResponse
  readonly #fail: (error: Error) => void
  /** The beginning of a response that came in pieces. */
  #pieces: Uint8Array = nothing
  /** How long the body of a response with status 200 is; all are alike. */
  #bodyBytes: number | undefined
  #askedAt = 0

  constructor(port: number, take: TakeResponse, fail: (error: Error) => void) {
    this.#take = take
    this.#fail = fail
    const buffer = Buffer.allocUnsafe(largestResponse)
    const callback = (bytes: number): boolean => this.#read(buffer.subarray(0, bytes))
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    this.#socket.setTimeout(silenceMs, () => fail(new Error(`the server was silent for ${silenceMs} ms`)))
    this.#socket.once('error', fail).once('end', () => fail(new Error('the server closed a connection')))
  }

  /** Sends the request. */
  ask(): void {
    this.#askedAt = performance.now()
    this.#socket.write(request)
  }

  /** Closes the connection. */
  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): true {
    try {
      const response = this.#pieces.length === 0 ? chunk : Buffer.concat([this.#pieces, chunk])
      const status = this.#statusOfWhole(response)
      this.#pieces = status === undefined ? Buffer.from(response) : nothing
      if (status !== undefined && this.#take(response, status, performance.now() - this.#askedAt)) this.ask()
    } catch (error) {
      this.#fail(error as Error)
    }
    return true
  }

  #statusOfWhole(response: Buffer): number | undefined {
    const head = response.indexOf(endOfHead)
    if (head === -1) return undefined
    const status = Number(response.toString('latin1', statusAt, statusAt + 3))
    const bodyBytes =
      (status === 200 ? this.#bodyBytes : undefined) ?? contentLength(response.toString('latin1', 0, head))
    const missing = head + endOfHead.length + bodyBytes - response.length
    if (missing < 0) throw new Error('a response is longer than the first said')
    if (missing > 0) return undefined
    if (status === 200) this.#bodyBytes = bodyBytes
    return status
  }
}

function contentLength(head: string): number {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length === undefined) throw new Error(`a response does not tell its length: ${head}`)
  return Number(length)
}
