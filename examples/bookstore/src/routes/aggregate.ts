import { json, type Handler } from '../route.ts'
import type { Settings } from '../settings.ts'

/** What one upstream service gave. */
interface Part {
  /** Its answer, or the fallback. */
  readonly data: unknown
  /** Whether the answer is a fallback. */
  readonly degraded: boolean
}

/** `GET /aggregate`: three upstream services at once, each with a deadline and a fallback of its own. */
export function aggregateRoute({ upstreams, upstreamDeadlineMs }: Settings): Handler {
  return async () => {
    const [stock, prices, recommendations] = await Promise.all([
      ask(upstreams.stock, upstreamDeadlineMs, { available: null }),
      ask(upstreams.prices, upstreamDeadlineMs, { prices: [] }),
      ask(upstreams.recommendations, upstreamDeadlineMs, { recommendations: [] }),
    ])
    return json({ stock, prices, recommendations })
  }
}

async function ask(url: string, deadlineMs: number, fallback: unknown): Promise<Part> {
  if (url === '') return { data: fallback, degraded: true }
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs), redirect: 'error' })
    if (!response.ok) {
      await response.body?.cancel()
      return { data: fallback, degraded: true }
    }
    return { data: await response.json(), degraded: false }
  } catch {
    return { data: fallback, degraded: true }
  }
}
