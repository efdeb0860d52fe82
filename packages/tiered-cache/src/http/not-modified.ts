import type { Exchange } from '@seawall/guard'

/** Whether the client has what would be sent (RFC 9110 §13.2.2): by entity tag, or without one of those by date. */
export function isNotModified(exchange: Exchange, etag: string | undefined, lastModified: string | undefined): boolean {
  const known = exchange.header('if-none-match')
  if (known !== undefined) return etag !== undefined && (known.trim() === '*' || lists(known, etag))
  const since = Date.parse(exchange.header('if-modified-since') ?? '')
  return lastModified !== undefined && Date.parse(lastModified) <= since
}

/** Tags are compared weakly here: what was sent under one of them is as good. */
function lists(known: string, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '')
  return Array.from(known.matchAll(/"[^"]*"/g), ([tag]) => tag).includes(opaque)
}
