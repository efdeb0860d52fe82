const absolute = /^[a-z][a-z0-9+\-.]*:\/\/([^/?#]*)/i

/**
 * The path of a request target up to `?`, not decoded (RFC 9112 §3.2); up to `#` too, which no target may have and Node and
 * the frameworks' routers let pass.
 */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/)
  const bare = end === -1 ? target : target.slice(0, end)
  if (bare.startsWith('/')) return bare
  const origin = absolute.exec(bare)?.[0]
  return origin === undefined ? bare : bare.slice(origin.length) || '/'
}

/** The host that a request names, in lower case; `undefined` when its absolute-form target names another. */
export function hostOf(line: string | undefined, target: string): string | undefined {
  const host = line?.toLowerCase()
  if (target.startsWith('/')) return host
  const authority = absolute.exec(target)?.[1]?.toLowerCase()
  return authority === undefined || authority === host ? host : undefined
}
