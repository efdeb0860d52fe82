import { AskedProcess } from './asked-process.ts'
import type { Effort, Race, Round, Row } from './benchmark.ts'
import type { Look } from './in-process-client.ts'
import type { Load, LoadAnswers } from './load-process.ts'
import type { ServerAnswers } from './server-process.ts'
import { interquartileRange, median } from './statistics.ts'

/** What is known of a contender so far. */
interface Score {
  readonly samples: Round[]
  promises: number
}

type Server = AskedProcess<ServerAnswers>

/** How a contender is made to answer a number of requests. */
type Ask = (server: Server, count: number) => Promise<Round>

const serverFile = new URL('server-process.ts', import.meta.url)
const loadFile = new URL('load-process.ts', import.meta.url)
const promiseRequests = 100

/** Runs a race. Only one of its contenders works at any moment. */
export async function run(race: Race, effort: Effort): Promise<Row[]> {
  const scores = new Map(race.contenders.map(({ name }): [string, Score] => [name, { samples: [], promises: 0 }]))
  for (let launch = 0; launch < effort.launches; launch++) {
    const processes: { end(): Promise<void> }[] = []
    try {
      await runLaunch(race, effort, scores, processes)
    } finally {
      await Promise.all(processes.map((process) => process.end()))
    }
  }
  return toRows(scores)
}

async function runLaunch(
  race: Race,
  { rounds, requests, warmUp }: Effort,
  scores: ReadonlyMap<string, Score>,
  processes: { end(): Promise<void> }[],
): Promise<void> {
  const looks = new Map<string, Look>()
  const runners: { name: string; server: Server; round: Ask }[] = []
  const load = race.transport === 'over loopback' ? new AskedProcess<LoadAnswers>(loadFile) : undefined
  if (load !== undefined) processes.push(load)
  for (const { name, protection } of race.contenders) {
    const server = new AskedProcess<ServerAnswers>(serverFile)
    processes.push(server)
    looks.set(name, await server.ask('open', { framework: race.framework, protection }))
    runners.push({ name, server, round: load === undefined ? inProcess : await overLoopback(server, load) })
  }
  race.check(looks)
  for (const { server, round } of runners) await round(server, warmUp)
  for (let turn = 0; turn < rounds; turn++) {
    const first = turn % runners.length
    for (const { name, server, round } of [...runners.slice(first), ...runners.slice(0, first)])
      scores.get(name)?.samples.push(await round(server, requests))
  }
  // last, since watching promises slows them for good
  for (const { name, server } of runners)
    (scores.get(name) as Score).promises = (await server.ask('promises', promiseRequests)) / promiseRequests
}

async function inProcess(server: Server, count: number): Promise<Round> {
  return { cpuNs: (await server.ask('round', count)) / count }
}

async function overLoopback(server: Server, load: AskedProcess<LoadAnswers>): Promise<Ask> {
  const port = await server.ask('listen', undefined)
  return async (_, count) => {
    await server.ask('start', undefined)
    const seen = await load.ask('load', { port, count })
    return { ...seen, cpuNs: (await server.ask('stop', undefined)) / count }
  }
}

function toRows(scores: ReadonlyMap<string, Score>): Row[] {
  const [first] = scores.values()
  const bases = first?.samples.map(({ cpuNs }) => cpuNs) ?? []
  return [...scores].map(([contender, { samples, promises }]) => {
    const times = samples.map(({ cpuNs }) => cpuNs)
    return {
      contender,
      cpuNs: median(times),
      spreadNs: interquartileRange(times),
      // turn by turn: what slows the machine for a while then slows both sides
      addedNs: median(times.map((time, turn) => time - (bases[turn] ?? NaN))),
      ratio: median(times.map((time, turn) => time / (bases[turn] ?? NaN))),
      promises,
      rounds: samples,
      ...medianLoad(samples),
    }
  })
}

function medianLoad(samples: readonly Round[]): Partial<Load> {
  const loads = samples.filter((sample): sample is Round & Load => sample.perSecond !== undefined)
  if (loads.length === 0) return {}
  return {
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    p99Ms: median(loads.map(({ p99Ms }) => p99Ms)),
  }
}
