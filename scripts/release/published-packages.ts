import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly engines?: Readonly<Record<string, string>>
  readonly repository?: { readonly type: string; readonly url: string; readonly directory?: string }
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** A package that is published, where it stands. */
export interface PublishedPackage {
  /** Its folder in `packages/`. */
  readonly folder: string
  readonly path: string
  readonly manifest: Manifest
}

/** The packages of a tree that are published. */
export function publishedPackages(tree: string): PublishedPackage[] {
  return readdirSync(join(tree, 'packages'))
    .map((folder) => ({ folder, path: join(tree, 'packages', folder) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map((found) => ({ ...found, manifest: readManifest(found.path) }))
    .filter(({ manifest }) => manifest.private !== true)
}

/** The package.json of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** What can be imported from a package, by its specifier. */
export function entriesOf({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports)
    .filter((key) => !key.endsWith('.json'))
    .map((key) => name + key.slice(1))
}
