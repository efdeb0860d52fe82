import { grouped } from './grouped.ts'
import type { HeadlineRow } from './headline-trial.ts'
import { markdownTable } from './markdown-table.ts'
import type { StackResults } from './results.ts'

const begin = "<!-- the stack's figures stand here -->"
const end = "<!-- the stack's figures end here -->"

/** Puts the results into a text that has a place for them; any other text stays as it is. */
export function withStackSummary(text: string, results: StackResults): string {
  const from = text.indexOf(begin)
  if (from === -1) return text
  const until = text.indexOf(end, from)
  const rest = until === -1 ? text.slice(from + begin.length) : text.slice(until + end.length)
  return `${text.slice(0, from)}${begin}\n\n${summary(results)}\n\n${end}${rest}`
}

function summary({ races, headline, cpu, cores, node, date }: StackResults): string {
  const guarded = headline.rows.at(-1) as HeadlineRow
  const lines = races.map(({ framework, rows }) => [framework, ...rows.map(({ perSecond = 0 }) => grouped(perSecond))])
  return `Measured on ${date.slice(0, 10)} with Node ${node} on ${cores} cores of an ${cpu}, the client beside the server, in requests per second:

${markdownTable([['', 'bare', "the peers' stack", 'Seawall, limits in memory', 'Seawall, limits in Redis'], ...lines])}

With all cores in use: ${grouped(guarded.perSecond)} requests per second, every response with all headers (every hundredth was looked at) and counted by one limit that ${guarded.processes} processes share in Redis; of ${grouped(guarded.limit)} that it had to give, ${grouped(guarded.admitted)} were admitted. [All figures](docs/stack-benchmark.md), with what they were held against.`
}
