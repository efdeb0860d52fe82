import type { BarResult } from './hold-bars.ts'

/** Prints a table whose first column names the rows, and below it how they stand to their bars. */
export function printTable(title: string, lines: readonly (readonly string[])[], bars: readonly BarResult[]): void {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  console.log(`\n${title}`)
  for (const line of lines)
    console.log(
      `  ${line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`,
    )
  for (const { text, limit, is, measured, verdict } of bars)
    console.log(`  ${verdict.padEnd(7)} ${text}: ${measured.toFixed(2)}, ${is} ${limit}`)
}
