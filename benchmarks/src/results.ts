import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Race, Row } from './benchmark.ts'

/** What a race has shown. */
export interface RaceResult {
  readonly framework: string
  readonly transport: string
  readonly rows: readonly Row[]
  readonly bars: readonly BarResult[]
}

/** How a race stands to one of its bars. */
export interface BarResult {
  readonly text: string
  readonly limit: number
  readonly measured: number
  /** Unclear when noise was larger than what was to be measured. */
  readonly verdict: 'met' | 'missed' | 'unclear'
}

/** Holds a race's rows against its bars. */
export function resultOf({ framework, transport, bars }: Race, rows: readonly Row[]): RaceResult {
  const byName = new Map(rows.map((row) => [row.contender, row]))
  const held = bars.map(({ text, limit, measure }): BarResult => {
    const measured = measure(byName)
    return { text, limit, measured, verdict: Number.isNaN(measured) ? 'unclear' : measured <= limit ? 'met' : 'missed' }
  })
  return { framework, transport, rows, bars: held }
}

/** Writes `results/<name>.json`, and tells where that is. */
export async function writeResults(name: string, efforts: unknown, races: readonly RaceResult[]): Promise<string> {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  const [cpu] = cpus()
  const machine = { node: process.version, cpu: cpu?.model, cores: cpus().length, platform: process.platform }
  const file = `${folder}${name}.json`
  await mkdir(folder, { recursive: true })
  await writeFile(
    file,
    `${JSON.stringify({ name, date: new Date().toISOString(), ...machine, efforts, races }, null, 2)}\n`,
  )
  return file
}
