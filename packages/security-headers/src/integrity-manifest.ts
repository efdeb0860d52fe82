import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkAlgorithm, type HashAlgorithm } from './inline-hash.ts'
import { integrityOf, type Integrity } from './integrity-of.ts'

/** What is known of one file. */
export interface IntegrityEntry {
  /** The value of its attribute `integrity`. */
  readonly integrity: Integrity
  /** Its length. */
  readonly bytes: number
}

/** The files of a folder, by path from the folder with `/` between, in the order of code units. */
export type IntegrityManifest = Readonly<Record<string, IntegrityEntry>>

/**
 * The integrities of all files in a folder and the folders below it, for templates that refer to assets by name. Reads one
 * file at a time, piece by piece. A link to a file counts when the file lies in the folder too; links to folders, and what
 * is no file, are passed over.
 *
 * @param folder - The path or `file:` URL of the folder.
 * @throws TypeError when `algorithm` is none of the three.
 * @throws Error of the file system when the folder or a file in it cannot be read.
 * @example
 * ```ts
 * import { integrityManifest } from '@seawall/security-headers'
 *
 * const assets = await integrityManifest(import.meta.dirname)
 * const tagOf = (path) => `<script src="/${path}" integrity="${assets[path]?.integrity}"></script>`
 * ```
 */
export async function integrityManifest(
  folder: string | URL,
  algorithm: HashAlgorithm = 'sha384',
): Promise<IntegrityManifest> {
  checkAlgorithm('make an integrity manifest', algorithm)
  const root = await realpath(folder instanceof URL ? fileURLToPath(folder) : folder)
  const paths = await filesIn(root)
  const entries: [string, IntegrityEntry][] = []
  for (const path of paths.toSorted(byCodeUnits)) entries.push([path, await entryOf(join(root, path), algorithm)])
  return Object.freeze(Object.fromEntries(entries))
}

async function entryOf(file: string, algorithm: HashAlgorithm): Promise<IntegrityEntry> {
  return { integrity: await integrityOf(file, algorithm), bytes: (await stat(file)).size }
}

/** Paths from the root, of the files below it. */
async function filesIn(root: string): Promise<readonly string[]> {
  const files: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (await isFileInside(root, path, entry)) files.push(path)
    }
  }
  return files
}

async function isFileInside(root: string, path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile()
  const target = await realpath(join(root, path)).catch(() => undefined)
  if (target === undefined || !target.startsWith(root.endsWith(sep) ? root : root + sep)) return false
  return (await stat(target)).isFile()
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
