import type { Exchange, Guard } from '@seawall/guard'
import { memoryStore, rateLimit, type LimitOptions, type RateLimitStore } from '@seawall/ratelimit'
import type { RedisStoreOptions } from '@seawall/ratelimit/redis'
import { allowedHosts, crossOriginProtection, nonce, securityHeaders } from '@seawall/security-headers'
import type { Protection } from './contender.ts'
import { manyRequests } from './many-requests.ts'

/** The headers of a hardened page that need no request to be known, 13 of them. */
const constantHeaders = Object.entries({
  'content-security-policy':
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
})

/** How many headers the constant guards give a response. */
export const constantCount: number = constantHeaders.length

const manyPerMinute = { rate: { limit: manyRequests, windowMs: 60_000 } }
const behindProxy = { trustedProxies: ['127.0.0.0/8'] }

/** What may stand before a server's route, by name. */
export const protections = {
  none: (): Protection => ({}),
  peer: (): Protection => ({ peer: true }),
  'reading guards': (): Protection => ({ guards: five(({ name }) => ({ name, onRequest: read })) }),
  'constant guards': (): Protection => ({ guards: five((constants) => constants) }),
  'guards of all moments': (): Protection => ({ guards: five((constants) => ({ ...constants, ...allMoments })) }),
  // requests say that a proxy took them over TLS, which must be believed for Strict-Transport-Security to be sent
  securityHeaders: (): Protection => ({ guards: [securityHeaders()], options: behindProxy }),
  'peer with a nonce': (): Protection => ({ peer: true, readsNonce: true }),
  'securityHeaders with a nonce': (): Protection => ({
    guards: [securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", nonce] } } })],
    options: behindProxy,
    readsNonce: true,
  }),
  "the peers' stack": (): Protection => ({ peer: true, peerLimit: true }),
  "Seawall's guards, limits in memory": (): Protection => behindAll(memoryStore(), manyPerMinute),
  "Seawall's guards, limits in Redis with leases": async (): Promise<Protection> =>
    behindAll(await storeAt(process.env['SEAWALL_BENCHMARK_REDIS'] ?? '', { lease: 1_000 }), manyPerMinute),
} as const

/** The protections by name. */
export type ProtectionName = keyof typeof protections

/** What a service would mount: headers with a policy, hosts, cross-origin protection, a limit by address. */
export function behindAll(
  store: RateLimitStore,
  limit: Pick<LimitOptions, 'rate' | 'algorithm' | 'onError'>,
): Protection {
  const guards = [
    allowedHosts(['shop.example']),
    securityHeaders(),
    crossOriginProtection(),
    rateLimit({ name: 'requests', key: 'ip', store, ...limit }),
  ]
  return { guards, options: behindProxy }
}

/**
 * A store in the Redis at this address. Imported here, so that what needs no Redis has nothing of it in its process: ioredis
 * changes how fast V8 is.
 */
export async function storeAt(url: string, options: RedisStoreOptions): Promise<RateLimitStore> {
  const { Redis } = await import('ioredis')
  const { redisStore } = await import('@seawall/ratelimit/redis')
  return redisStore(new Redis(url), options)
}

/** What guards have read; a compiler drops work that leaves no trace. */
let trace = 0

function read(exchange: Exchange): undefined {
  const { method, path, ip, secure } = exchange
  trace += method.length + path.length + ip.length + (exchange.header('user-agent')?.length ?? 0) + (secure ? 1 : 0)
}

const allMoments: Partial<Guard> = {
  onRequest: read,
  onHead: (_, head) => void (trace += head.status),
  onBody: (_exchange, _head, body) => void (trace += body.length),
  onClose: (_, end) => void (trace += end.status),
}

/** Five guards, each of its share of the constant headers. */
function five(make: (constants: Guard & { readonly headers: Record<string, string> }) => Guard): Guard[] {
  return Array.from({ length: 5 }, (_, index) =>
    make({ name: `guard-${index}`, headers: Object.fromEntries(constantHeaders.filter((_, at) => at % 5 === index)) }),
  )
}
