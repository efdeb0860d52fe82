/*
 * A benchmark is a list of races. A race sets servers side by side that differ in one thing, what stands before their one
 * route; the first of them has nothing there. Every contender runs in a process of its own, so that none lives on code
 * that another has warmed or spoilt, and they take turns round by round, so that whatever else the machine does meets all.
 */
import type { Bar, BarResult } from './hold-bars.ts'
import type { Look } from './in-process-client.ts'
import type { ProtectionName } from './protections.ts'
import type { FrameworkName } from './servers/frameworks.ts'

/** One named set of races. */
export interface Benchmark {
  /** What the command calls it. */
  readonly name: string
  /** What it answers, in a line. */
  readonly about: string
  readonly races: readonly Race[]
  /** How much is measured, where that is another effort than other benchmarks make. */
  readonly effort?: Effort
  /** What is measured after the races, and is no race. */
  readonly trials?: readonly Trial[]
  /** Starts what the races need; what it resolves to ends that. */
  readonly prepare?: () => Promise<() => Promise<void>>
}

/** A measurement with rows of its own kind. */
export interface Trial {
  /** Runs it. `quick` asks for little work. */
  run(quick: boolean): Promise<TrialResult>
}

/** What a trial has shown. */
export interface TrialResult<Shown = unknown> {
  /** What its table is headed with. */
  readonly title: string
  /** The table, whose first line names the columns. */
  readonly lines: readonly (readonly string[])[]
  /** What the lines were made of. */
  readonly rows: readonly Shown[]
  readonly bars: readonly BarResult[]
}

/** How requests reach the servers. */
export type Transport = 'in process' | 'over loopback'

/** Contenders to be measured against each other. */
export interface Race {
  readonly framework: FrameworkName
  readonly transport: Transport
  /** The first is the one without protection, from which added cost is counted. */
  readonly contenders: readonly Contender[]
  /** Refuses, by throwing, contenders that do not answer alike. Runs before anything is measured. */
  readonly check: (looks: ReadonlyMap<string, Look>) => void
  readonly bars: readonly Bar<Row>[]
}

/** A server in a race. */
export interface Contender {
  /** What tables call it. */
  readonly name: string
  readonly protection: ProtectionName
}

/** What was measured of a contender. */
export interface Row {
  readonly contender: string
  /** CPU time of the server per request, user and system, all its threads: the median over rounds. */
  readonly cpuNs: number
  /** The range of the middle half of the rounds. */
  readonly spreadNs: number
  /** What it costs beyond the first contender: the median of the differences within a turn. */
  readonly addedNs: number
  /** Its CPU time as a multiple of the first contender's, likewise. */
  readonly ratio: number
  /** Promises made for one request. */
  readonly promises: number
  /** Requests answered in a second; over loopback. */
  readonly perSecond?: number
  /** Its rounds, in the order in which they were run: what two contenders did in one turn can be set side by side. */
  readonly rounds: readonly Round[]
  /** The time within which 99 of 100 responses came, in milliseconds; over loopback. */
  readonly p99Ms?: number
}

/** What a round yields. */
export interface Round {
  /** CPU time of the server per request. */
  readonly cpuNs: number
  /** Requests answered in a second; over loopback. */
  readonly perSecond?: number
  /** The time within which 99 of 100 responses came, in milliseconds; over loopback. */
  readonly p99Ms?: number
}

/** How much is measured. */
export interface Effort {
  /** How often all contenders are started anew: the compiler decides differently each time. */
  readonly launches: number
  /** Rounds of each contender per launch. */
  readonly rounds: number
  /** Requests in a round. */
  readonly requests: number
  /** Requests before the first round. */
  readonly warmUp: number
}
