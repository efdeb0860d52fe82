import { createConnection, type Socket } from 'node:net'
import { MetaParser, type MetaReply } from './meta-reply.ts'

/** Where a server is, and how patient to be with it. */
export interface MetaConnectionSettings {
  readonly host: string
  readonly port: number
  /** A server that owes an answer and says nothing for so long is given up. */
  readonly silentMs: number
}

interface Pending {
  readonly resolve: (reply: MetaReply) => void
  readonly reject: (error: Error) => void
}

/** The most commands that may wait for an answer: a server that does not read must not fill our memory. */
const maxPending = 200_000

/**
 * A connection to one Memcached by its meta protocol. It connects when it is first needed and, after it was lost, when it
 * is next needed. Commands of one tick leave in one write.
 */
export class MetaConnection {
  /** How often it was lost: what was learnt before a loss may have been told by another server. */
  epoch = 0
  readonly #settings: MetaConnectionSettings
  #socket: Socket | undefined
  /** Commands without an answer, in the order in which they were sent. */
  #pending: Pending[] = []
  /** How many of them have been answered already. */
  #answered = 0
  /** Fires when the server has owed an answer for too long. */
  #watch: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(settings: MetaConnectionSettings) {
    this.#settings = settings
  }

  /** Sends a command, with its line end and its data. Rejects when the connection is lost or the server refuses it. */
  send(command: string | Buffer): Promise<MetaReply> {
    if (this.#isClosed) return Promise.reject(new Error('The connection is closed'))
    if (this.#pending.length - this.#answered >= maxPending)
      return Promise.reject(new Error(`More than ${maxPending} commands wait for an answer`))
    const socket = this.#socket ?? this.#connect()
    if (socket.writableCorked === 0) {
      socket.cork()
      process.nextTick(() => socket.uncork())
    }
    socket.write(command, 'latin1')
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject })
      if (this.#watch === undefined) this.#startWatch(socket)
    })
  }

  close(): void {
    this.#isClosed = true
    this.#drop(new Error('The connection is closed'))
  }

  #connect(): Socket {
    const { host, port } = this.#settings
    const socket = createConnection({ host, port, noDelay: true, keepAlive: true })
    const parser = new MetaParser()
    const lose = (error: Error) => {
      if (this.#socket === socket) this.#drop(error)
    }
    socket.on('data', (chunk) => {
      try {
        for (const reply of parser.push(chunk)) this.#answer(reply)
        this.#watchAgain(socket)
      } catch (error) {
        lose(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.on('error', lose)
    socket.on('close', () => lose(new Error('The connection was lost')))
    this.#socket = socket
    return socket
  }

  #answer(reply: MetaReply): void {
    const pending = this.#pending[this.#answered++]
    if (pending === undefined) throw new Error('The server answers what it was not asked')
    if (/^(?:CLIENT_|SERVER_)?ERROR$/.test(reply.status))
      pending.reject(new Error([reply.status, ...reply.flags].join(' ')))
    else pending.resolve(reply)
    if (this.#answered < this.#pending.length && this.#answered < 1024) return
    this.#pending = this.#pending.slice(this.#answered)
    this.#answered = 0
  }

  /** The process stays alive for an answer, not for an idle connection. */
  #startWatch(socket: Socket): void {
    socket.ref()
    const { silentMs } = this.#settings
    this.#watch = setTimeout(() => this.#drop(new Error(`No answer within ${silentMs} ms`)), silentMs).unref()
  }

  #watchAgain(socket: Socket): void {
    if (this.#pending.length > this.#answered) {
      this.#watch?.refresh()
      return
    }
    clearTimeout(this.#watch)
    this.#watch = undefined
    socket.unref()
  }

  #drop(error: Error): void {
    const pending = this.#pending.slice(this.#answered)
    clearTimeout(this.#watch)
    this.#watch = undefined
    this.#pending = []
    this.#answered = 0
    this.epoch++
    this.#socket?.destroy()
    this.#socket = undefined
    for (const { reject } of pending) reject(error)
  }
}
