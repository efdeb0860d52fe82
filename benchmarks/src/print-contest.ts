import type { Contest, ContestRow, MeasuredContest } from './contest.ts'
import { holdBars, type BarResult } from './hold-bars.ts'
import { printTable } from './print-table.ts'

/** What a contest has shown. */
export interface ContestResult extends MeasuredContest {
  readonly bars: readonly BarResult[]
}

/** Holds a contest's rows against its bars. */
export function resultOfContest({ title, bars }: Contest, rows: readonly ContestRow[]): ContestResult {
  return { title, rows, bars: holdBars(bars, rows) }
}

/** Prints a contest as a table, and below it how it stands to its bars. */
export function printContest({ title, rows, bars }: ContestResult): void {
  const figures = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))]
  const lines = [
    ['', 'per second', 'µs each', 'IQR', 'CPU µs', '× speed', ...figures],
    ...rows.map((row) => [
      row.contender,
      row.perSecond.toFixed(row.perSecond < 100 ? 2 : 0),
      micros(row.wallNs),
      micros(row.spreadNs),
      micros(row.cpuNs),
      row.ratio.toFixed(2),
      ...figures.map((name) => row.figures[name]?.toFixed(2) ?? ''),
    ]),
  ]
  printTable(title, lines, bars)
}

function micros(ns: number): string {
  return (ns / 1000).toFixed(ns < 10_000 ? 3 : 1)
}
