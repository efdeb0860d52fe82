import { busyShare } from './bars.ts'
import type { Row } from './benchmark.ts'
import { printTable } from './print-table.ts'
import type { RaceResult } from './results.ts'

type Column = readonly [title: string, cell: (row: Row) => string]

const columns: readonly Column[] = [
  ['', ({ contender }) => contender],
  ['CPU µs/request', ({ cpuNs }) => (cpuNs / 1000).toFixed(2)],
  ['IQR', ({ spreadNs }) => (spreadNs / 1000).toFixed(2)],
  ['added µs', ({ addedNs }) => (addedNs / 1000).toFixed(2)],
  ['×', ({ ratio }) => ratio.toFixed(2)],
  ['promises', ({ promises }) => String(promises)],
]

const loadColumns: readonly Column[] = [
  ['requests/s', ({ perSecond }) => (perSecond ?? 0).toFixed(0)],
  ['p99 ms', ({ p99Ms }) => (p99Ms ?? 0).toFixed(2)],
  ['core %', (row) => (busyShare(row) * 100).toFixed(0)],
]

/** Prints a race as a table, and below it how it stands to its bars. */
export function printRace({ framework, transport, rows, bars }: RaceResult): void {
  const shown = rows.some(({ perSecond }) => perSecond !== undefined) ? [...columns, ...loadColumns] : columns
  const lines = [shown.map(([title]) => title), ...rows.map((row) => shown.map(([, cell]) => cell(row)))]
  printTable(`${framework}, ${transport}`, lines, bars)
}
