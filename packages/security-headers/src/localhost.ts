const loopback = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/

/** Whether a host, in lower case and with or without a port, is this very machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3). */
export function isLocalhost(host: string | undefined): boolean {
  if (host === undefined) return false
  // every request asks, and the pattern alone takes ten times as long to see that a name is another
  const isLikely = host.startsWith('127.') || host.startsWith('[::1]') || host.includes('localhost')
  return isLikely && loopback.test(host)
}
