import type { Contest } from '../contest.ts'
import { addedCpuNs, contender, figure, isAtLeast, isAtMost, ratio } from './held.ts'
import type { Effort } from './effort.ts'

/** Counters in memory. */
export function memory(quick: boolean): Contest {
  const flexible = 'rate-limiter-flexible'
  return {
    title: 'memory, 10,000 keys, one limit of 100 in a minute',
    launches: quick ? 1 : 3,
    rounds: quick ? 3 : 10,
    operations: 500_000,
    warmUp: 500_000,
    contenders: [
      contender('a counter in a Map', 'memory', { contender: 'map' }),
      contender('memoryStore, exact', 'memory', { contender: 'exact' }),
      contender('memoryStore, gcra', 'memory', { contender: 'gcra' }),
      contender('memoryStore, fixed', 'memory', { contender: 'fixed' }),
      contender(flexible, 'memory', { contender: 'flexible' }),
    ],
    bars: [
      isAtLeast(0.5, "exact: speed as a multiple of the Map's", (rows) => ratio(rows, 'memoryStore, exact')),
      isAtLeast(3, `exact: speed as a multiple of ${flexible}`, (rows) => {
        return ratio(rows, 'memoryStore, exact') / ratio(rows, flexible)
      }),
    ],
  }
}

/** A guard in a server. */
export function middleware(effort: Effort): Contest {
  return {
    title: 'node:http, a limit in memory by address, with fields',
    ...effort,
    contenders: [
      contender('a guard that does nothing', 'middleware', { contender: 'nothing' }),
      contender('rateLimit', 'middleware', { contender: 'seawall' }),
    ],
    bars: [isAtMost(3, 'rateLimit: CPU µs added to a request', (rows) => addedCpuNs(rows, 'rateLimit') / 1_000)],
  }
}

/** What an address is turned into. */
export function ipKey(effort: Effort): Contest {
  return {
    title: 'a limit by IPv6 address',
    ...effort,
    contenders: [
      contender('by a value that is known', 'ip-key', { contender: 'constant' }),
      contender('by the network of an IPv6 address', 'ip-key', { contender: 'ip' }),
    ],
    bars: [
      isAtMost(1_000, 'the key: CPU ns added to a decision', (rows) => {
        return addedCpuNs(rows, 'by the network of an IPv6 address')
      }),
    ],
  }
}

/** What counters in memory take. */
export function heap(quick: boolean): Contest {
  const algorithms = ['exact', 'gcra', 'fixed'] as const
  return {
    title: 'memory of 100,000 keys at 5 in a minute',
    launches: quick ? 1 : 3,
    rounds: 1,
    operations: 100_000,
    warmUp: 0,
    contenders: algorithms.map((algorithm) => contender(algorithm, 'heap', { algorithm })),
    bars: algorithms.map((algorithm) =>
      isAtMost(200, `${algorithm}: bytes a key`, (rows) => figure(rows, algorithm, 'bytes a key')),
    ),
  }
}
