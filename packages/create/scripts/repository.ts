import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)

/** Versions by the names of packages. */
export type Versions = Readonly<Record<string, string>>

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly optionalDependencies?: Versions
}

/** Reads a text of the repository by its path from the root. */
export function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

/** Reads a file of the repository as it is. */
export function readBytes(path: string): Buffer {
  return readFileSync(new URL(path, root))
}

/** Reads a manifest by the path of its folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(read(`${folder}/package.json`)) as Manifest
}

/** The names of the folders in a folder. */
export function foldersIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}

/** The paths of all files in a folder and below, from that folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(fileURLToPath(new URL(`${folder}/`, root)).length))
    .map((path) => path.replace(/^\/+/, ''))
    .toSorted()
}

/** Replaces what must be there, so that a change of the original is noticed. */
export function replaceFound(text: string, wanted: string | RegExp, replacement: string): string {
  const changed = text.replace(wanted, replacement)
  if (changed === text) throw new Error(`Cannot build the templates as ${wanted} is not there:\n${text}`)
  return changed
}
