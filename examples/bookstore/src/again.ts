import { setTimeout as sleep } from 'node:timers/promises'

const pauseMs = 100
const withinMs = 3000

/**
 * Does what reads, or may be done twice, again when its connection went under it: PostgreSQL was restarted, or cut it.
 * Begins anew within three seconds; for a new connection the pool waits by itself.
 */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isLostConnection(error) || performance.now() - startedAt > withinMs) throw error
      await sleep(pauseMs)
    }
  }
}

/** By SQLSTATE: 57P01 to 57P03 are the server that ends or starts, 08 the connection, of PgBouncer's to it too. */
export function isLostConnection(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' && /^(?:57P0[123]|08\w{3}|ERR_CONNECTION_LOST|ECONNRESET|EPIPE)$/.test(code)
}
