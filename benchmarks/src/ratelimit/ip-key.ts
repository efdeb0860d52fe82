import { rateLimit } from '@seawall/ratelimit'
import type { Exchange } from '@seawall/guard'
import type { Start } from '../runner.ts'

/** A limit by the network of an IPv6 address, or by a value that is there already. */
export interface IpKeySetting {
  readonly contender: 'constant' | 'ip'
}

const addresses = Array.from(
  { length: 4_096 },
  (_, index) =>
    `2001:db8:${(index >> 4).toString(16)}:${(index & 15).toString(16)}:a8b1:23ff:fe45:${index.toString(16)}`,
)

function exchangeOf(ip: string): Exchange {
  return {
    method: 'GET',
    url: '/',
    path: '/',
    ip,
    secure: true,
    host: 'shop.example',
    body: undefined,
    raw: undefined,
    state: new Map(),
    header: () => undefined,
    set: () => {},
  }
}

export const start: Start<IpKeySetting> = async ({ contender }) => {
  const networks = new Map(addresses.map((address, index) => [address, `2001:db8:0:${index}::/64`]))
  const key = contender === 'ip' ? 'ip' : (exchange: Exchange) => networks.get(exchange.ip)
  const guard = rateLimit({ key, name: 'key', rate: { limit: 1_000, windowMs: 100 } })
  const exchanges = addresses.map(exchangeOf)
  return {
    async round(operations) {
      for (let n = 0; n < operations; n++) {
        const exchange = exchanges[n % exchanges.length]
        if (exchange === undefined) continue
        // A request of its own: what was decided about the one before is forgotten.
        exchange.state.clear()
        await guard.onRequest?.(exchange)
      }
    },
  }
}
