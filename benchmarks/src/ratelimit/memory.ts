import { memoryStore } from '@seawall/ratelimit'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Start } from '../runner.ts'
import { keyAt } from './keys.ts'

/** One limit of 100 in a minute in memory. Every round begins with no keys and uses each fifty times: all are admitted. */
export interface MemorySetting {
  readonly contender: 'map' | 'exact' | 'gcra' | 'fixed' | 'flexible'
}

const limit = 100
const windowMs = 60_000

/** The least that a limit in memory can be: a counter in a map. */
function mapCounter(): (key: string) => unknown {
  const counters = new Map<string, { used: number; end: number }>()
  return (key) => {
    const now = performance.now()
    const counter = counters.get(key)
    if (counter === undefined || now >= counter.end) {
      counters.set(key, { used: 1, end: now + windowMs })
      return { allowed: true, remaining: limit - 1, resetMs: windowMs }
    }
    counter.used++
    return { allowed: counter.used <= limit, remaining: limit - counter.used, resetMs: counter.end - now }
  }
}

/** A limiter that has seen nothing yet. */
function consumer(contender: MemorySetting['contender']): (key: string) => unknown {
  if (contender === 'map') return mapCounter()
  if (contender === 'flexible') {
    const limiter = new RateLimiterMemory({ points: limit, duration: windowMs / 1_000 })
    return (key) => limiter.consume(key)
  }
  const store = memoryStore()
  const quota = { algorithm: contender, limit, windowMs, burst: limit, blockMs: 0 }
  return (key) => store.consume(key, quota, 1)
}

export const start: Start<MemorySetting> = async ({ contender }) => ({
  async round(operations) {
    const consume = consumer(contender)
    for (let n = 0; n < operations; n++) {
      const answer = consume(keyAt(n))
      if (answer instanceof Promise) await answer
    }
  },
})
