import type { Exchange, Guard, Head, HeaderValue, Reply } from '@seawall/guard'

/** What a request says of itself. */
export interface Said {
  readonly method?: string
  readonly url?: string
  readonly host?: string | undefined
  readonly ip?: string
  readonly secure?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** An exchange for the tables and properties that would need thousands of sockets. */
export function exchangeOf({
  method = 'GET',
  url = '/',
  ip = '192.0.2.1',
  secure = false,
  headers = {},
  ...rest
}: Said): Exchange {
  return {
    method,
    url,
    path: url.split('?')[0] as string,
    ip,
    secure,
    host: 'host' in rest ? rest.host : 'shop.example',
    body: undefined,
    raw: undefined,
    state: new Map(),
    header: (name) => headers[name],
    set: () => undefined,
  }
}

/** Asks a guard that answers at once. */
export function answerOf(guard: Guard, said: Said): Reply | undefined {
  return guard.onRequest?.(exchangeOf(said)) as Reply | undefined
}

/** Shows a guard a head with some cookies, and takes what is left of them. */
export function cookiesAfter(guard: Guard, lines: readonly string[], said: Said = {}): string[] {
  let value: HeaderValue | undefined = lines.length === 1 ? lines[0] : lines
  const head: Head = {
    status: 200,
    get: (name) => (name === 'set-cookie' ? value : undefined),
    set: (_name, next) => void (value = next),
    append: () => undefined,
    delete: () => void (value = undefined),
  }
  guard.onHead?.(exchangeOf(said), head)
  return value === undefined ? [] : [value].flat()
}
