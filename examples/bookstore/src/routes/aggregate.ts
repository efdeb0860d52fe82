import { json, type Handler } from '../route.ts'
import type { Settings } from '../settings.ts'
import { createUpstream } from '../upstream.ts'

/** `GET /aggregate`: three upstream services at once, each with a deadline and a fallback of its own. */
export function aggregateRoute({ upstreams, upstreamDeadlineMs }: Settings): Handler {
  const askStock = createUpstream(upstreams.stock, upstreamDeadlineMs, { available: null })
  const askPrices = createUpstream(upstreams.prices, upstreamDeadlineMs, { prices: [] })
  const askRecommendations = createUpstream(upstreams.recommendations, upstreamDeadlineMs, { recommendations: [] })
  return async () => {
    const [stock, prices, recommendations] = await Promise.all([askStock(), askPrices(), askRecommendations()])
    return json({ stock, prices, recommendations })
  }
}
