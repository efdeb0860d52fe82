import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import type { QueryMessage } from '@seawall/pooled-db'
import type { Handler } from './route.ts'

interface Count {
  statements: number
}

const counts = new AsyncLocalStorage<Count>()

/** Counts the statements of a handler and tells them with the time it took, as `Server-Timing` (W3C). */
export function withServerTiming(handler: Handler): Handler {
  return (incoming) =>
    counts.run({ statements: 0 }, async () => {
      const startedAt = performance.now()
      const answer = await handler(incoming)
      const durationMs = (performance.now() - startedAt).toFixed(1)
      const statements = counts.getStore()?.statements ?? 0
      return {
        ...answer,
        headers: { ...answer.headers, 'server-timing': `db;desc="${statements} statements", app;dur=${durationMs}` },
      }
    })
}

/** Listens to the pool's channel. Returns what ends it. */
export function countStatements(): () => void {
  const start = tracingChannel<unknown, QueryMessage>('seawall:pooled-db:query').start
  const count = (): void => {
    const current = counts.getStore()
    if (current !== undefined) current.statements++
  }
  start.subscribe(count)
  return () => start.unsubscribe(count)
}
