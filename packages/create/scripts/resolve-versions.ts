import { foldersIn, read, readManifest, type Versions } from './repository.ts'

/**
 * Dependencies as they are written outside of this repository: `catalog:` by the catalog, `workspace:` by the version of
 * the package, and those that are not published left out.
 */
export function resolveVersions(dependencies: Versions = {}): Versions {
  const entries = Object.entries(dependencies).flatMap(([name, range]) => {
    if (range.startsWith('workspace:')) return published[name] === undefined ? [] : [[name, `^${published[name]}`]]
    return [[name, range === 'catalog:' ? fromCatalog(name) : range]]
  })
  return Object.fromEntries(entries) as Versions
}

const published = Object.fromEntries(
  foldersIn('packages')
    .map((folder) => readManifest(`packages/${folder}`))
    .map(({ name, version }) => [name, version]),
)

function fromCatalog(name: string): string {
  const [, catalog = ''] = /^catalog:\n((?: {2}.*\n)+)/m.exec(read('pnpm-workspace.yaml')) ?? []
  const lines = catalog.split('\n').map((line) => /^ {2}'?([^':]+)'?: (.*)$/.exec(line))
  const version = lines.find((match) => match?.[1] === name)?.[2]
  if (version === undefined) throw new Error(`Cannot build the templates as ${name} is not in the catalog`)
  // an alias is a matter of this repository
  return version.replace(/^npm:.*@/, '')
}
