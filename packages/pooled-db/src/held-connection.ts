import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'

/**
 * A message of the channel `seawall:pooled-db:second-connection`: whoever holds a connection, in a transaction for one, asks
 * the same pool for another. When every connection is held by somebody who waits for a second one, nobody goes on.
 */
export interface SecondConnectionMessage {
  /** Where the second connection was asked for. */
  readonly stack: string
}

/** What one asynchronous context holds. */
interface Holding {
  readonly pool: object
  readonly outer: Holding | undefined
  isOver: boolean
}

const holdings = new AsyncLocalStorage<Holding>()
const warnings = channel('seawall:pooled-db:second-connection')

/** Runs a function that uses a connection of the pool until its promise settles. */
export async function whileHolding<T>(pool: object, run: () => Promise<T>): Promise<T> {
  const holding: Holding = { pool, outer: holdings.getStore(), isOver: false }
  try {
    return await holdings.run(holding, run)
  } finally {
    holding.isOver = true
  }
}

/** Tells the channel when the caller holds a connection of the pool already. Free where nobody listens. */
export function warnIfHeld(pool: object): void {
  if (!warnings.hasSubscribers || !isHeld(pool)) return
  const { stack = '' } = new Error('Another connection is asked for while one is held')
  warnings.publish({ stack } satisfies SecondConnectionMessage)
}

function isHeld(pool: object): boolean {
  for (let holding = holdings.getStore(); holding; holding = holding.outer) {
    if (holding.pool === pool && !holding.isOver) return true
  }
  return false
}
