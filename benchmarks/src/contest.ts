/*
 * A contest sets ways of doing one thing side by side: a library beside another, beside the bare client, beside ours. Each
 * contender is a module that exports `start`; it runs in a process of its own, and all take turns, round by round, in an
 * order that rotates, so that only one works at any moment and whatever else the machine does meets all.
 */
import { AskedProcess } from './asked-process.ts'
import type { ContenderAnswers, RoundResult } from './contest-process.ts'
import type { Bar } from './hold-bars.ts'
import { interquartileRange, median } from './statistics.ts'

/** A named way of doing it. */
export interface ContestContender {
  /** What tables call it. */
  readonly name: string
  /** The module that exports `start`. */
  readonly module: URL
  /** What `start` is given; it must survive a structured clone. */
  readonly setting?: unknown
  /** Operations in a round of this one, where the contest's number would take too long. */
  readonly operations?: number
}

/** Contenders, how much they do, and what they are held against. */
export interface Contest {
  /** What tables are headed with. */
  readonly title: string
  /** The first is what the others' ratios are counted from. */
  readonly contenders: readonly ContestContender[]
  /** How often all contenders are started anew. */
  readonly launches: number
  /** Measured rounds of each contender per launch. */
  readonly rounds: number
  /** Operations in a round. */
  readonly operations: number
  /** Operations before the first round. */
  readonly warmUp: number
  readonly bars: readonly ContestBar[]
}

/** What was measured of a contender: medians over the rounds of all launches. */
export interface ContestRow {
  readonly contender: string
  /** Wall time of an operation. */
  readonly wallNs: number
  /** The range of the middle half of the rounds. */
  readonly spreadNs: number
  /** CPU time of the contender's process for an operation, all its threads. */
  readonly cpuNs: number
  /** Operations in a second. */
  readonly perSecond: number
  /** Its speed as a multiple of the first contender's, turn by turn. */
  readonly ratio: number
  /** What the rounds returned. */
  readonly figures: Readonly<Record<string, number>>
}

/** What was measured in a contest. */
export interface MeasuredContest {
  readonly title: string
  readonly rows: readonly ContestRow[]
}

/** A limit that a contest is held against. */
export type ContestBar = Bar<ContestRow>

/** A named set of contests that share servers. */
export interface ContestBenchmark {
  /** What the command calls it. */
  readonly name: string
  /** What it answers, in a line. */
  readonly about: string
  /** Starts what the contests need. `quick` asks for little work. */
  open(quick: boolean): Promise<Arena>
}

/** Contests whose servers run. */
interface Arena {
  readonly contests: readonly Contest[]
  /** Text for a page of the docs, made of what the contests have shown and of what else there is to find out. */
  summarize?(results: readonly MeasuredContest[]): Promise<string>
  /** Stops the servers. */
  close(): Promise<void>
}

/** A round, for one operation of it. */
interface Sample {
  readonly wallNs: number
  readonly cpuNs: number
  readonly figures: RoundResult['figures']
}

const file = new URL('contest-process.ts', import.meta.url)

/** Runs a contest. */
export async function runContest(contest: Contest): Promise<ContestRow[]> {
  const samples = new Map(contest.contenders.map(({ name }): [string, Sample[]] => [name, []]))
  for (let launch = 0; launch < contest.launches; launch++) await runLaunch(contest, samples)
  return toRows(samples)
}

async function runLaunch(
  { contenders, rounds, operations, warmUp }: Contest,
  samples: ReadonlyMap<string, Sample[]>,
): Promise<void> {
  const runners: { name: string; process: AskedProcess<ContenderAnswers>; count: number }[] = []
  try {
    for (const { name, module, setting, operations: own } of contenders) {
      const count = own ?? operations
      const process = new AskedProcess<ContenderAnswers>(file)
      runners.push({ name, process, count })
      await process.ask('start', { module: module.href, setting })
      if (warmUp > 0) await process.ask('round', Math.min(warmUp, own ?? warmUp))
    }
    for (let turn = 0; turn < rounds; turn++) {
      const first = turn % runners.length
      for (const { name, process, count } of [...runners.slice(first), ...runners.slice(0, first)])
        samples.get(name)?.push(perOperation(await process.ask('round', count), count))
    }
    for (const { process } of runners) await process.ask('end', undefined)
  } finally {
    await Promise.all(runners.map(({ process }) => process.end()))
  }
}

function perOperation({ wallMs, cpuMs, figures }: RoundResult, operations: number): Sample {
  return { wallNs: (wallMs * 1e6) / operations, cpuNs: (cpuMs * 1e6) / operations, figures }
}

function toRows(samples: ReadonlyMap<string, readonly Sample[]>): ContestRow[] {
  const [base = []] = samples.values()
  return [...samples].map(([contender, rounds]) => {
    const wall = rounds.map(({ wallNs }) => wallNs)
    const wallNs = median(wall)
    return {
      contender,
      wallNs,
      spreadNs: interquartileRange(wall),
      cpuNs: median(rounds.map(({ cpuNs }) => cpuNs)),
      perSecond: 1e9 / wallNs,
      // turn by turn: what slows the machine for a while then slows both sides
      ratio: median(wall.map((time, turn) => (base[turn]?.wallNs ?? Number.NaN) / time)),
      figures: medianFigures(rounds),
    }
  })
}

function medianFigures(rounds: readonly Sample[]): Record<string, number> {
  const names = new Set(rounds.flatMap(({ figures }) => Object.keys(figures)))
  return Object.fromEntries(
    [...names].map((name) => [name, median(rounds.flatMap(({ figures }) => figures[name] ?? []))]),
  )
}
