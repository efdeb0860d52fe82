import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Race, Row } from './benchmark.ts'
import { holdBars, type BarResult } from './hold-bars.ts'

/** What a race has shown. */
export interface RaceResult {
  readonly framework: string
  readonly transport: string
  readonly rows: readonly Row[]
  readonly bars: readonly BarResult[]
}

/** Holds a race's rows against its bars. */
export function resultOf({ framework, transport, bars }: Race, rows: readonly Row[]): RaceResult {
  return { framework, transport, rows, bars: holdBars(bars, rows) }
}

/** Writes `results/<name>.json`, and tells where that is. */
export async function writeResults(name: string, efforts: unknown, races: readonly unknown[]): Promise<string> {
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
