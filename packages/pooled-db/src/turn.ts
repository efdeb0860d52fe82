import type { Connection } from './connection.ts'
import { tracedToCaller } from './traced-to-caller.ts'
import { Place, type Waiter } from './wait-queue.ts'

/** A line that callers wait in. */
interface Line {
  wait(waiter: Waiter<Connection>): void
  leave(waiter: Waiter<Connection>): boolean
}

/** Waits in a line for a connection, until the deadline, or until the signal says that nobody wants it any more. */
export async function turn(line: Line, timeoutMs: number, signal: AbortSignal | undefined): Promise<Connection> {
  const since = performance.now()
  let stopListening = (): void => {}
  try {
    return await new Promise((serve, fail) => {
      const waiter = { since, deadline: since + timeoutMs, place: new Place<Connection>(), serve, fail }
      const giveUp = (): void => {
        if (line.leave(waiter)) fail(signal?.reason as Error)
      }
      stopListening = () => signal?.removeEventListener('abort', giveUp)
      signal?.addEventListener('abort', giveUp)
      line.wait(waiter)
    })
  } catch (error) {
    throw tracedToCaller(error)
  } finally {
    stopListening()
  }
}
