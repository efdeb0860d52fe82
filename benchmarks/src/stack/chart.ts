import type { RaceResult } from '../results.ts'
import { grouped } from './grouped.ts'

const width = 760
const left = 96
const right = 64
const barHeight = 14
const gap = 26
const top = 64

/** The series by their order in a race; the second is named after no package, as each framework has its own. */
const series = ['bare', "the peers' stack", 'Seawall, limits in memory', 'Seawall, limits in Redis']
const legendAt = [0, 70, 210, 400]

const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2937 }
  .small { font-size: 11px; fill: #4b5563 }
  .s0 { fill: #9ca3af } .s1 { fill: #d97706 } .s2 { fill: #0f766e } .s3 { fill: #2dd4bf }
  @media (prefers-color-scheme: dark) { text { fill: #e5e7eb } .small { fill: #9ca3af } .s0 { fill: #6b7280 } }
`

/** Requests per second of every contender, by framework, as an SVG. */
export function stackChart(races: readonly RaceResult[]): string {
  const most = Math.max(...races.flatMap(({ rows }) => rows.map(({ perSecond = 0 }) => perSecond)))
  const groupHeight = series.length * barHeight + gap
  const height = top + races.length * groupHeight
  const groups = races.map((race, at) => group(race, top + at * groupHeight, (width - left - right) / most))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">Requests per second by framework: bare, behind the peers' stack, and behind Seawall's guards</title>
<style>${style}</style>
${series.map(legend).join('\n')}
${groups.join('\n')}
</svg>
`
}

function legend(name: string, at: number): string {
  const x = left + (legendAt[at] ?? 0)
  return `<rect class="s${at}" x="${x}" y="16" width="10" height="10"/><text class="small" x="${x + 14}" y="25">${name}</text>`
}

function group({ framework, rows }: RaceResult, y: number, perRequest: number): string {
  const middle = y + (series.length * barHeight) / 2
  const bars = rows.map(({ perSecond = 0 }, at) => bar(perSecond, at, y, perSecond * perRequest))
  return [`<text x="0" y="${middle + 4}">${framework}</text>`, ...bars].join('\n')
}

function bar(perSecond: number, at: number, groupY: number, length: number): string {
  const y = groupY + at * barHeight
  return `<rect class="s${at}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 2}"/><text class="small" x="${(left + length + 6).toFixed(1)}" y="${y + 10}">${grouped(perSecond)}</text>`
}
