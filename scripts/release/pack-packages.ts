import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runCommand, type Place } from '../create-check/run-command.ts'
import { publishedPackages, readManifest, type Manifest } from './published-packages.ts'

/** A package as it would be published. */
export interface Tarball {
  /** Its folder in `packages/`. */
  readonly folder: string
  readonly file: string
  /** Its package.json, as pnpm has rewritten it. */
  readonly manifest: Manifest
  /** Where it was unpacked. */
  readonly unpacked: string
  /** The files in it, by their paths. */
  readonly files: readonly string[]
}

/** Packs the packages of a tree into a folder, and unpacks each there to be looked at. `env` must have pnpm on its PATH. */
export async function packPackages(tree: string, target: string, env: Place['env']): Promise<Tarball[]> {
  const packed: Tarball[] = []
  for (const { folder, path } of publishedPackages(tree)) {
    const place = join(target, folder)
    const unpacked = join(place, 'package')
    mkdirSync(place, { recursive: true })
    await runCommand(`pnpm pack --pack-destination ${place}`, { cwd: path, env })
    const file = join(place, readdirSync(place).find((name) => name.endsWith('.tgz')) ?? '')
    await runCommand(`tar -xzf ${file} -C ${place}`, { cwd: place, env })
    packed.push({ folder, file, manifest: readManifest(unpacked), unpacked, files: filesIn(unpacked) })
  }
  return packed
}

/** The text of a file in a tarball. */
export function textIn({ unpacked }: Tarball, file: string): string {
  return readFileSync(join(unpacked, file), 'utf8')
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
