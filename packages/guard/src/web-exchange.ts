import { exchangeKey } from './departing.ts'
import { HeadSentError } from './errors.ts'
import { checkField } from './field.ts'
import type { Exchange, Head, HeaderValue } from './guard.ts'
import type { Door } from './options.ts'
import { reportError, type Moment } from './report-error.ts'
import type { Stack } from './stack.ts'
import type { Client, Connection } from './trusted-proxies.ts'

/** An exchange over a web `Request`, where there is no Node beneath. */
export class WebExchange implements Exchange, Connection {
  readonly raw: unknown
  readonly peerAddress: string
  readonly state = new Map<symbol, unknown>()
  /** What guards have set, by name. */
  readonly fields = new Map<string, HeaderValue>()
  stack: Stack
  asked = ''
  ended = false
  /** The head has been handed on. */
  left = false
  readonly #request: Request
  readonly #url: URL
  readonly #door: Door
  #client: Client | undefined

  constructor(door: Door, request: Request, raw: unknown, peerAddress: string) {
    this.raw = raw
    this.peerAddress = peerAddress
    this.stack = door.stack
    this.#request = request
    this.#url = new URL(request.url)
    this.#door = door
  }

  /** Takes in the guards of a later mount; who the client is stays the first mount's to say. */
  join(door: Door): void {
    this.stack = this.stack.with(door.stack)
    for (const name of door.stack.names) this.fields.delete(name)
  }

  get [exchangeKey](): this {
    return this
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    return this.#url.pathname + this.#url.search
  }

  get path(): string {
    return this.#url.pathname
  }

  get ip(): string {
    return this.#resolved().ip
  }

  get secure(): boolean {
    return this.#resolved().secure
  }

  get host(): string | undefined {
    return this.#resolved().host
  }

  get body(): unknown {
    return this.#door.bodyOf(this.raw)
  }

  get peerSecure(): boolean {
    return this.#url.protocol === 'https:'
  }

  get ownHost(): string | undefined {
    return this.header('host')?.toLowerCase() ?? this.#url.host
  }

  header(lowerName: string): string | undefined {
    return this.#request.headers.get(lowerName) ?? undefined
  }

  set(lowerName: string, value: HeaderValue): void {
    checkField(lowerName, value)
    if (this.left) throw new HeadSentError(lowerName)
    const before = lowerName === 'set-cookie' ? this.fields.get(lowerName) : undefined
    this.fields.set(lowerName, before === undefined ? value : [before, value].flat())
  }

  report(error: unknown, guard: string, moment: Moment): void {
    reportError(this.#door.onError, error, { guard, moment, exchange: this })
  }

  #resolved(): Client {
    return (this.#client ??= this.#door.clientOf(this))
  }
}

/** A head over web `Headers`. */
export class WebHead implements Head {
  status: number
  readonly #headers: Headers

  constructor(status: number, headers: Headers) {
    this.status = status
    this.#headers = headers
  }

  get(lowerName: string): HeaderValue | undefined {
    if (lowerName !== 'set-cookie') return this.#headers.get(lowerName) ?? undefined
    const cookies = this.#headers.getSetCookie()
    return cookies.length > 1 ? cookies : cookies[0]
  }

  set(lowerName: string, value: HeaderValue): void {
    checkField(lowerName, value)
    this.#headers.delete(lowerName)
    for (const line of [value].flat()) this.#headers.append(lowerName, line)
  }

  append(lowerName: string, value: string): void {
    checkField(lowerName, value)
    this.#headers.append(lowerName, value)
  }

  delete(lowerName: string): void {
    this.#headers.delete(lowerName)
  }
}
