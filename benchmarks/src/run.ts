/*
 * `node benchmarks/src/run.ts [--quick] [--write-docs] [name…]`: runs the named benchmarks, or all. With --write-docs the
 * page of the docs about the stack is written from its last results.
 */
import { parseArgs } from 'node:util'
import { endWithParent } from '@seawall/services'
import { endAll } from './asked-process.ts'
import type { Benchmark, Effort, Transport, TrialResult } from './benchmark.ts'
import { batcherBenchmark } from './benchmarks/batcher.ts'
import { cacheBackendsBenchmark } from './benchmarks/cache-backends.ts'
import { checksBenchmark, runChecks } from './benchmarks/checks.ts'
import { guardBenchmark } from './benchmarks/guard.ts'
import { headersBenchmark } from './benchmarks/headers.ts'
import { stackBenchmark } from './benchmarks/stack.ts'
import { pooledDbBenchmark } from './benchmarks/pooled-db.ts'
import { queryBatcherBenchmark } from './benchmarks/query-batcher.ts'
import { ratelimitBenchmark } from './benchmarks/ratelimit.ts'
import { tieredCacheBenchmark } from './benchmarks/tiered-cache.ts'
import { tieredCacheRedisBenchmark } from './benchmarks/tiered-cache-redis.ts'
import { runContest, type ContestBenchmark } from './contest.ts'
import { printContest, resultOfContest, type ContestResult } from './print-contest.ts'
import { printRace } from './print-race.ts'
import { printTable } from './print-table.ts'
import { run } from './race.ts'
import { writeStackDocs } from './stack/write-docs.ts'
import { resultOf, writeResults, type RaceResult } from './results.ts'

const benchmarks: readonly Benchmark[] = [guardBenchmark, headersBenchmark, stackBenchmark]

const contestBenchmarks: readonly ContestBenchmark[] = [
  ratelimitBenchmark,
  tieredCacheBenchmark,
  tieredCacheRedisBenchmark,
  cacheBackendsBenchmark,
  queryBatcherBenchmark,
  batcherBenchmark,
  pooledDbBenchmark,
]

type Efforts = Readonly<Record<Transport, Effort>>

const full: Efforts = {
  'in process': { launches: 5, rounds: 12, requests: 10_000, warmUp: 30_000 },
  'over loopback': { launches: 3, rounds: 6, requests: 20_000, warmUp: 30_000 },
}
/** Shows that everything runs; its figures are worth little. */
const quick: Efforts = {
  'in process': { launches: 2, rounds: 4, requests: 5_000, warmUp: 20_000 },
  'over loopback': { launches: 1, rounds: 3, requests: 5_000, warmUp: 10_000 },
}

// a killed `npm run bench` must not leave this running
if (process.env['npm_lifecycle_event'] !== undefined) endWithParent()
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const)
  process.on(signal, () => process.exit(128 + number))
process.on('exit', endAll)

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false } },
  allowPositionals: true,
})
const names = [...benchmarks, ...contestBenchmarks, checksBenchmark].map(({ name }) => name)
const unknown = positionals.filter((name) => !names.some((known) => known === name))
if (unknown.length > 0) {
  console.error(`Cannot run ${unknown.join(', ')}: known are ${names.join(', ')}`)
  process.exit(2)
}
if (values.quick && values['write-docs']) {
  console.error('Cannot write docs from a quick run: its figures are worth little')
  process.exit(2)
}

for (const benchmark of benchmarks) {
  if (isWanted(benchmark.name)) await runBenchmark(benchmark)
}
if (isWanted(checksBenchmark.name)) {
  const rounds = values.quick ? 400 : 4000
  console.log(`${checksBenchmark.name}: ${checksBenchmark.about}`)
  console.log(`\nwritten to ${await writeResults(checksBenchmark.name, { rounds }, runChecks(rounds))}\n`)
}
for (const benchmark of contestBenchmarks) {
  if (isWanted(benchmark.name)) await runContests(benchmark)
}
if (values['write-docs'] && isWanted('stack')) console.log(`written to ${(await writeStackDocs()).join(', ')}`)

function isWanted(name: string): boolean {
  return positionals.length === 0 || positionals.includes(name)
}

async function runBenchmark({ name, about, races, effort, trials, prepare }: Benchmark): Promise<void> {
  console.log(`${name}: ${about}`)
  const finish = await prepare?.()
  try {
    const efforts = values.quick ? quick : full
    const results: RaceResult[] = []
    for (const race of races) {
      const result = resultOf(race, await run(race, (values.quick ? undefined : effort) ?? efforts[race.transport]))
      printRace(result)
      results.push(result)
    }
    const further: TrialResult[] = []
    for (const trial of trials ?? []) {
      const result = await trial.run(values.quick)
      printTable(result.title, result.lines, result.bars)
      further.push(result)
    }
    const written = await writeResults(name, values.quick ? quick : (effort ?? full), results, { trials: further })
    console.log(`\nwritten to ${written}\n`)
  } finally {
    await finish?.()
  }
}

async function runContests(benchmark: ContestBenchmark): Promise<void> {
  const { name, about } = benchmark
  console.log(`${name}: ${about}`)
  const arena = await benchmark.open(values.quick)
  try {
    const results: ContestResult[] = []
    for (const contest of arena.contests) {
      const result = resultOfContest(contest, await runContest(contest))
      printContest(result)
      results.push(result)
    }
    const summary = await arena.summarize?.(results)
    if (summary !== undefined) console.log(`\n${summary}`)
    console.log(`\nwritten to ${await writeResults(name, { quick: values.quick }, results, { summary })}\n`)
  } finally {
    await arena.close()
  }
}
