import { deepStrictEqual } from 'node:assert/strict'
import { addsAtMostNs, addsNoPromise } from '../bars.ts'
import type { Benchmark, Race } from '../benchmark.ts'
import { sameBody, type Check } from '../check-looks.ts'
import { constantCount } from '../protections.ts'

const contenders = [
  { name: 'no guard', protection: 'none' },
  { name: '5 guards that read', protection: 'reading guards' },
  { name: '5 guards, 13 constant headers', protection: 'constant guards' },
  { name: '5 guards, the same, all four moments', protection: 'guards of all moments' },
] as const

const hasConstants: Check = (looks) => {
  sameBody(looks)
  const counts = [...looks.values()].map(
    ({ headers }) => Object.keys(headers).filter((name) => name !== 'x-powered-by').length,
  )
  const bare = counts[0] ?? 0
  deepStrictEqual(counts, [bare, bare, bare + constantCount, bare + constantCount], 'headers are missing')
}

const inProcess = { transport: 'in process', contenders, check: hasConstants } as const

const races: readonly Race[] = [
  {
    ...inProcess,
    framework: 'node:http',
    bars: [addsAtMostNs('5 guards that read', 1000), addsNoPromise('5 guards that read')],
  },
  { ...inProcess, framework: 'Express', bars: [addsNoPromise('5 guards that read')] },
  { ...inProcess, framework: 'Fastify', bars: [addsNoPromise('5 guards that read')] },
  { ...inProcess, framework: 'Koa', bars: [] },
  { ...inProcess, framework: 'Hono', bars: [] },
]

/** What the contract itself costs. */
export const guardBenchmark: Benchmark = {
  name: 'guard',
  about: 'what five guards that do next to nothing cost on each framework',
  races,
}
