import type { MeasuredContest } from '../contest.ts'
import { kindsOfValues } from './kinds-of-values.ts'
import type { Properties } from './properties.ts'

/** A column of the table: a back end, by the name that its contenders have. */
export interface Column {
  readonly name: string
  readonly properties: Properties
}

/** The comparison as a table in Markdown, for the page of the docs. */
export function toMarkdown(columns: readonly Column[], results: readonly MeasuredContest[]): string {
  const yes = (is: boolean) => (is ? 'yes' : 'no')
  const row = (title: string, cell: (column: Column) => string) => [title, ...columns.map(cell)]
  const rows = [
    ['', ...columns.map(({ name }) => name)],
    columns.map(() => '---').concat('---'),
    ...results.map((result) => row(result.title, ({ name }) => timesOf(result, name))),
    row('read by another process', ({ properties }) => yes(properties.isShared)),
    row('there after its server, or its process, was stopped and started', ({ properties }) =>
      yes(properties.survivesRestart),
    ),
    row('there after SIGKILL', ({ properties }) => yes(properties.survivesKill)),
    row('kinds of values that came back as they were', ({ properties }) => kindsOf(properties)),
    row(
      'longest text taken, of 0.1, 0.9, 1.1, 15 and 20 MB',
      ({ properties }) => `${properties.longestBytes / 1e6} MB`,
    ),
  ]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The median and the slowest hundredth. */
function timesOf({ rows }: MeasuredContest, contender: string): string {
  const { figures } = rows.find((one) => one.contender === contender) ?? { figures: {} as Record<string, number> }
  const micros = (name: string) => {
    const value = figures[name] ?? NaN
    return value.toFixed(value < 10 ? 1 : 0)
  }
  return `${micros('p50 µs')} µs (${micros('p99 µs')})`
}

function kindsOf({ kinds }: Properties): string {
  const missing = [...kindsOfValues.keys()].filter((name) => !kinds.includes(name))
  return missing.length === 0 ? `all ${kinds.length}` : `all but ${missing.join(', ')}`
}
