import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
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

/** Where and when something was measured. */
export interface Circumstances {
  readonly date: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
  /** What is installed of the packages that are measured or measure. */
  readonly versions: Readonly<Record<string, string>>
}

/** Writes `results/<name>.json`, and tells where that is. */
export async function writeResults(
  name: string,
  efforts: unknown,
  races: readonly unknown[],
  further: object = {},
): Promise<string> {
  const file = resultsFile(name)
  await mkdir(new URL('.', file), { recursive: true })
  await writeFile(
    file,
    `${JSON.stringify({ name, ...(await circumstances()), efforts, races, ...further }, null, 2)}\n`,
  )
  return fileURLToPath(file)
}

/** Where a benchmark's results are written. */
export function resultsFile(name: string): URL {
  return new URL(`../results/${name}.json`, import.meta.url)
}

async function circumstances(): Promise<Circumstances> {
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    versions: await installedVersions(),
  }
}

async function installedVersions(): Promise<Record<string, string>> {
  const { dependencies = {} } = await readManifest('../package.json')
  const names = Object.keys(dependencies).filter((name) => !name.startsWith('@seawall/'))
  const manifests = await Promise.all(names.map((name) => readManifest(`../node_modules/${name}/package.json`)))
  return Object.fromEntries(names.map((name, at) => [name, manifests[at]?.version ?? 'unknown']))
}

interface Manifest {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

async function readManifest(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')) as Manifest
}
