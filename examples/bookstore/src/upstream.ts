import {
  circuitBreaker,
  CountBreaker,
  fallback,
  handleAll,
  handleWhen,
  isBrokenCircuitError,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  ExponentialBackoff,
} from 'cockatiel'
import { RetryBudget } from './retry-budget.ts'

/** What an upstream service gave. */
export interface UpstreamAnswer {
  /** Its answer, or the fallback. */
  readonly data: unknown
  /** Whether the answer is a fallback. */
  readonly degraded: boolean
}

/** Asks one upstream service; never rejects. */
export type Upstream = () => Promise<UpstreamAnswer>

/**
 * A service that may be slow, fail or be gone: its answer within the deadline, or the fallback. A failure is tried once
 * more while the budget lasts. When half of the last 20 requests failed, the service is left alone for two seconds, and
 * then one request tries whether it is back.
 *
 * @param url - Where it is asked; empty for a service that is not there.
 * @param deadlineMs - How long everything together may take.
 */
export function createUpstream(url: string, deadlineMs: number, instead: unknown): Upstream {
  const degraded: UpstreamAnswer = { data: instead, degraded: true }
  if (url === '') return () => Promise.resolve(degraded)
  const budget = new RetryBudget()
  const policy = wrap(
    fallback(handleAll, degraded),
    timeout(deadlineMs, TimeoutStrategy.Aggressive),
    retry(
      handleWhen((error) => !isBrokenCircuitError(error) && budget.take()),
      { maxAttempts: 1, backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 60 }) },
    ),
    circuitBreaker(handleAll, {
      halfOpenAfter: 2000,
      breaker: new CountBreaker({ size: 20, threshold: 0.5, minimumNumberOfCalls: 5 }),
    }),
  )
  return () => {
    budget.earn()
    return policy.execute(({ signal }) => fetchJson(url, signal))
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<UpstreamAnswer> {
  const response = await fetch(url, { signal, redirect: 'error' })
  if (response.ok) return { data: await response.json(), degraded: false }
  await response.body?.cancel()
  throw new Error(`It answered ${response.status}`)
}
