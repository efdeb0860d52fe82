import { channel } from 'node:diagnostics_channel'
import type { Exchange } from '@seawall/guard'
import { isLocalhost } from './localhost.ts'

/**
 * How it shows that a request came over TLS to a proxy in front, although nothing that is believed says so.
 *
 * - `scheme-not-trusted`: a header says `https`, but `trustedProxies` or `proxyHeaders` do not make it count;
 * - `scheme-not-sent`: a trusted proxy names the client's address and is silent about the scheme;
 * - `marker-returned`: the browser sent back a cookie that it keeps, and sends, over TLS only.
 */
export type HiddenTlsEvidence = 'scheme-not-trusted' | 'scheme-not-sent' | 'marker-returned'

/** What `seawall:security-headers:hidden-tls` tells when a redirect to https would lead back to itself. */
export interface HiddenTlsMessage {
  /** How it showed. */
  readonly evidence: HiddenTlsEvidence
  /** Whether the request was let pass. */
  readonly passed: boolean
  /** The request's path, not decoded, without its query. */
  readonly path: string
}

const hidden = channel('seawall:security-headers:hidden-tls')

const markerName = '__Host-seawall-tls'

/** A cookie that browsers refuse over plain http, and thereby proof that it was not. */
export const tlsMarker = `${markerName}=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax`

/** Whether the marker proves anything: on localhost browsers keep it over plain http too. */
export function isMarkerProof(exchange: Exchange): boolean {
  return !isLocalhost(exchange.host)
}

/** Why a request that seems to be plain http is likely none, or `undefined`. */
export function hiddenTls(exchange: Exchange): HiddenTlsEvidence | undefined {
  const scheme = exchange.header('x-forwarded-proto')
  const forwarded = exchange.header('forwarded')
  if (isHttps(scheme) || namesHttps(forwarded)) return 'scheme-not-trusted'
  if (isAddressKnown(exchange) && !scheme && !/proto=/i.test(forwarded ?? '')) return 'scheme-not-sent'
  const isMarked = exchange.header('cookie')?.includes(`${markerName}=`) === true
  return isMarked && isMarkerProof(exchange) ? 'marker-returned' : undefined
}

/** Says on the channel that a redirect would loop; where nobody listens, a process warning says it once. */
export function hiddenTlsReporter(): (message: HiddenTlsMessage) => void {
  let isWarned = false
  return (message) => {
    if (hidden.hasSubscribers) return hidden.publish(message)
    if (isWarned) return
    isWarned = true
    process.emitWarning(
      `A redirect to https would have led back to itself (${message.evidence}): make the proxy in front send ` +
        `X-Forwarded-Proto or Forwarded, and name it in 'trustedProxies' (and 'proxyHeaders')`,
      { type: 'SeawallWarning', code: 'SEAWALL_HIDDEN_TLS' },
    )
  }
}

/** The first of several is what the client's own end said. */
function isHttps(scheme: string | undefined): boolean {
  return scheme !== undefined && /^\s*(?:https|wss)\s*(?:,|$)/i.test(scheme)
}

function namesHttps(forwarded: string | undefined): boolean {
  return forwarded !== undefined && /^[^,]*proto="?https/i.test(forwarded)
}

/** Only a trusted proxy can have made an address that stands in a header the client's. */
function isAddressKnown(exchange: Exchange): boolean {
  const addresses = exchange.header('x-forwarded-for') ?? exchange.header('forwarded')
  return addresses !== undefined && exchange.ip !== '' && addresses.toLowerCase().includes(exchange.ip)
}
