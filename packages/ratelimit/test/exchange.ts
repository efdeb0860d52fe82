import type { Exchange, HeaderValue } from '@seawall/guard'

/** What a hand-made exchange may be given. */
export interface ExchangeParts {
  readonly ip?: string
  readonly url?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly raw?: unknown
}

/** An exchange without a server, and the headers that were set on it. */
export function exchange(parts: ExchangeParts = {}): Exchange & { readonly sent: Map<string, HeaderValue> } {
  const { ip = '203.0.113.9', url = '/', method = 'GET', headers = {}, body, raw = {} } = parts
  const sent = new Map<string, HeaderValue>()
  return {
    method,
    url,
    path: url.split('?', 1)[0] ?? '',
    ip,
    secure: false,
    host: 'shop.example',
    body,
    raw,
    state: new Map(),
    header: (name) => headers[name],
    set: (name, value) => sent.set(name, value),
    sent,
  }
}
