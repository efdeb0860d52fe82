import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import type { QueryMessage } from '@seawall/pooled-db'
import type { Handler } from './route.ts'

interface Counts {
  statements: number
  renders: number
}

const current = new AsyncLocalStorage<Counts>()

/** Counts what a handler costs and tells it with the time it took, as `Server-Timing` (W3C). */
export function withServerTiming(handler: Handler): Handler {
  return (incoming) => {
    const counts: Counts = { statements: 0, renders: 0 }
    return current.run(counts, async () => {
      const startedAt = performance.now()
      const answer = await handler(incoming)
      const durationMs = (performance.now() - startedAt).toFixed(1)
      const { statements, renders } = counts
      const timing = `db;desc="${statements} statements", render;desc="${renders} fragments", app;dur=${durationMs}`
      return { ...answer, headers: { ...answer.headers, 'server-timing': timing } }
    })
  }
}

/** Counts a fragment that is being rendered. */
export function countRender(): void {
  const counts = current.getStore()
  if (counts !== undefined) counts.renders++
}

/** Listens to the pool's channel. Returns what ends it. */
export function countStatements(): () => void {
  const start = tracingChannel<unknown, QueryMessage>('seawall:pooled-db:query').start
  const count = (): void => {
    const counts = current.getStore()
    if (counts !== undefined) counts.statements++
  }
  start.subscribe(count)
  return () => start.unsubscribe(count)
}
