import { once } from 'node:events'
import { request, type IncomingHttpHeaders } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Report, reportCollector, type ReportCollectorOptions } from '../../src/index.ts'
import { frameworks } from '../frameworks.ts'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A collector in an application that is served for the time of a test. */
export interface Collected {
  readonly port: number
  /** What has been published so far. */
  readonly reports: Report[]
  /** Sends one request to `/reports`. */
  readonly send: (body: string | Uint8Array, headers?: Record<string, string>, options?: SendOptions) => Promise<Answer>
  /** Opens a bare connection. */
  readonly dial: () => Promise<Socket>
}

interface SendOptions {
  readonly method?: string
  readonly path?: string
}

export const batch = { 'content-type': 'application/reports+json' }
export const single = { 'content-type': 'application/csp-report' }

/** A report of the Reporting API, as Chromium writes it. */
export function violation(body: object = {}): Record<string, unknown> {
  return {
    age: 12,
    type: 'csp-violation',
    url: 'https://shop.example/cart?token=secret#top',
    user_agent: 'Browser/1.0',
    body: {
      blockedURL: 'https://cdn.example/x.js?key=secret',
      disposition: 'enforce',
      documentURL: 'https://shop.example/cart?token=secret',
      effectiveDirective: 'script-src-elem',
      originalPolicy: "default-src 'none'; script-src 'nonce-c2VjcmV0' 'report-sample'",
      statusCode: 200,
      lineNumber: 3,
      ...body,
    },
  }
}

/** Serves a collector in a framework. */
export async function collect(framework: string, options: ReportCollectorOptions = {}): Promise<Collected> {
  const reports: Report[] = []
  const make = frameworks[framework]
  if (make === undefined) throw new Error(`no framework is called ${framework}`)
  const server = await make([reportCollector({ onReport: (report) => reports.push(report), ...options })], () => 'page')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    reports,
    send: (body, headers = batch, { method = 'POST', path = '/reports' } = {}) =>
      send(port, method, path, headers, body),
    dial: async () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      return socket
    },
  }
}

function send(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What a bare connection says until it has said a whole head, or is closed. */
export async function hear(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    if (text.includes('\r\n\r\n')) break
  }
  return text
}
