import type { ContestBar, ContestContender, ContestRow } from '../contest.ts'

/** A contender of this folder. */
export function contender(name: string, module: string, setting: unknown): ContestContender {
  return { name, module: new URL(`${module}.ts`, import.meta.url), setting }
}

type Rows = ReadonlyMap<string, ContestRow>

/** A limit from below. */
export function isAtLeast(limit: number, text: string, measure: (rows: Rows) => number): ContestBar {
  return { text, limit, is: 'at least', measure }
}

/** A limit from above. */
export function isAtMost(limit: number, text: string, measure: (rows: Rows) => number): ContestBar {
  return { text, limit, is: 'at most', measure }
}

/** The row of a contender. */
export function row(rows: Rows, name: string): ContestRow {
  const found = rows.get(name)
  if (found === undefined) throw new Error(`Cannot hold a bar against '${name}' as it is not in the contest`)
  return found
}

/** The speed of a contender as a multiple of the first one's. */
export function ratio(rows: Rows, name: string): number {
  return row(rows, name).ratio
}

/** A figure that a contender's rounds have returned. */
export function figure(rows: Rows, name: string, what: string): number {
  return row(rows, name).figures[what] ?? Number.NaN
}

/** What CPU time a contender takes for an operation beyond the first. */
export function addedCpuNs(rows: Rows, name: string): number {
  const [first] = rows.values()
  return row(rows, name).cpuNs - (first?.cpuNs ?? Number.NaN)
}
