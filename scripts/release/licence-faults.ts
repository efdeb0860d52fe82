import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest, type Manifest } from './published-packages.ts'

const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0'])

/** Every package that is installed in a folder, those in others' folders too. */
export function installedPackages(folder: string): Manifest[] {
  const modules = join(folder, 'node_modules')
  if (!existsSync(modules)) return []
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'))
  const folders = names.flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner))
      : [join(modules, name)],
  )
  return folders
    .filter((path) => existsSync(join(path, 'package.json')))
    .flatMap((path) => [readManifest(path), ...installedPackages(path)])
}

/** Packages whose licence asks more of users than to be named. */
export function licenceFaults(packages: readonly Manifest[]): string[] {
  return packages
    .filter(({ license = '' }) => !isAllowed(license))
    .map(({ name, version, license }) => `${name} ${version} is under ${license ?? 'no licence that it names'}`)
}

/** Of alternatives one is enough. */
function isAllowed(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((part) => part.split(' AND ').every((name) => allowed.has(name.trim())))
}
