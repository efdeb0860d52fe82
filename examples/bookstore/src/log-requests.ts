import { randomUUID } from 'node:crypto'
import { exchangeOf, type Exchange, type Guard } from '@seawall/guard'
import type { Logger } from 'pino'

interface Entry {
  readonly id: string
  readonly startedAt: number
}

const entry = Symbol('log entry')

/**
 * Logs every request when it is over, without its query, headers or body, and gives it an id: the one that a proxy in
 * front has given it, or a new one. The client learns it by `X-Request-Id`.
 */
export function logRequests(logger: Logger): Guard {
  return {
    name: 'log-requests',
    onRequest(exchange) {
      const given = exchange.header('x-request-id') ?? ''
      const id = /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
      exchange.state.set(entry, { id, startedAt: performance.now() } satisfies Entry)
      exchange.set('x-request-id', id)
      return undefined
    },
    onClose(exchange, { status, aborted, bytes }) {
      const { method, path } = exchange
      const durationMs = Math.round(performance.now() - (entryOf(exchange)?.startedAt ?? Number.NaN))
      logger.info({ requestId: entryOf(exchange)?.id, method, path, status, durationMs, aborted, bytes }, 'request')
    },
  }
}

/** The id of a request, by what a framework calls its request. */
export function requestIdOf(request: object): string | undefined {
  const exchange = exchangeOf(request)
  return exchange && entryOf(exchange)?.id
}

function entryOf(exchange: Exchange): Entry | undefined {
  return exchange.state.get(entry) as Entry | undefined
}
