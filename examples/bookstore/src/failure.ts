import { STATUS_CODES } from 'node:http'
import type { Logger } from 'pino'
import { isLostConnection } from './again.ts'
import { problem, type Outgoing } from './route.ts'

interface Thrown {
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly retryAfterMs?: unknown
}

/**
 * What a request gets when something was thrown on its way. The errors of body parsers say by `status` or `statusCode`
 * that the fault is the client's; any other goes to the log, and the client learns nothing of it but, of an overloaded
 * pool or a database that is away, when to try again.
 */
export function failure(error: unknown, logger: Logger): Outgoing {
  const { status, statusCode = status, retryAfterMs } = (error ?? {}) as Thrown
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return problem(statusCode, STATUS_CODES[statusCode] ?? 'Bad Request')
  logger.error({ err: error }, 'a request failed')
  if (isLostConnection(error)) return unavailable(1000)
  if (statusCode === 503 && typeof retryAfterMs === 'number') return unavailable(retryAfterMs)
  return problem(500, 'Internal Server Error')
}

function unavailable(retryAfterMs: number): Outgoing {
  const answer = problem(503, 'Service Unavailable')
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }
}
