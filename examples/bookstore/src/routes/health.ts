import { json, type Handler } from '../route.ts'
import type { Readiness } from '../readiness.ts'

/** `GET /healthz`: the process answers. */
export const healthRoute: Handler = async () => json({ status: 'ok' })

/**
 * `GET /readyz`: whether the process can serve, and the state of each part that it stands on. 200 as long as requests are
 * answered, with parts degraded or gone; 503 while it shuts down, and while the database does not answer at once.
 */
export function readyRoute(look: () => Promise<Readiness>): Handler {
  return async () => {
    const { status, checks, detail } = await look()
    const headers = { 'cache-control': 'no-store' }
    if (status !== 'failed') return json({ status, checks }, 200, headers)
    const problem = { title: 'Service Unavailable', status: 503, detail, checks }
    return json(problem, 503, { ...headers, 'content-type': 'application/problem+json' })
  }
}
