import { Duplex } from 'node:stream'

type Done = (error?: Error | null) => void

/**
 * The server's end of a connection without a kernel: what is pushed is read by the server, what the server writes is
 * copied into a buffer, as a system call would copy it, and counted.
 */
export class MemorySocket extends Duplex {
  /** As on a socket from this machine. */
  readonly remoteAddress = '127.0.0.1'
  /** Bytes written since the last question. */
  received = 0
  /** What was written since the last question, where it is kept. */
  text = ''
  /** Whether to keep what is written. */
  isKeeping = false
  readonly #sink = Buffer.alloc(65_536)

  constructor() {
    super({ decodeStrings: false })
  }

  override _read(): void {}

  override _write(chunk: string | Buffer, encoding: BufferEncoding, done: Done): void {
    this.#take(chunk, encoding)
    done()
  }

  override _writev(chunks: { chunk: string | Buffer; encoding: BufferEncoding }[], done: Done): void {
    for (const { chunk, encoding } of chunks) this.#take(chunk, encoding)
    done()
  }

  /** Node sets idle timeouts on its sockets; rounds are too short for one. */
  setTimeout(): this {
    return this
  }

  #take(chunk: string | Buffer, encoding: BufferEncoding): void {
    this.received += typeof chunk === 'string' ? this.#sink.write(chunk, 0, encoding) : chunk.copy(this.#sink)
    if (this.isKeeping) this.text += typeof chunk === 'string' ? chunk : chunk.toString('latin1')
  }
}
