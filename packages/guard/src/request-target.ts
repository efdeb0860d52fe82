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

/** The authority that an absolute-form target names, in lower case. */
export function authorityOf(target: string): string | undefined {
  return target.startsWith('/') ? undefined : absolute.exec(target)?.[1]?.toLowerCase()
}

/** The host that a request names; `undefined` when its lines or its absolute-form target disagree. */
export function hostOf(lines: readonly string[], target: string): string | undefined {
  const host = lines.length === 1 ? lines[0]?.toLowerCase() : undefined
  const authority = authorityOf(target)
  return authority === undefined || authority === host ? host : undefined
}
