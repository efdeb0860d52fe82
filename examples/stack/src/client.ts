import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'

/** What came back through nginx. */
export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

/** How to ask. */
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
}

/** Asks a stack over TLS, and trusts its certificate alone. */
export class Client {
  readonly #agent: Agent
  readonly #url: string

  constructor(url: string, certificate: string) {
    this.#url = url
    this.#agent = new Agent({ ca: certificate, keepAlive: true, maxSockets: 32 })
  }

  async ask(path: string, { headers, json }: Asked = {}): Promise<Answer> {
    const body = json === undefined ? undefined : JSON.stringify(json)
    const asked = request(this.#url + path, {
      agent: this.#agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(20_000),
    })
    asked.end(body)
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: Buffer.concat(chunks).toString(),
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}
