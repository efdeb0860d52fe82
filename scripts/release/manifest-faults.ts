import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublishedPackage } from './published-packages.ts'
import type { Tarball } from './pack-packages.ts'

/** Versions that no release has given, or that packages do not know of each other. */
export function versionFaults(tarballs: readonly Tarball[]): string[] {
  const versions = new Map(tarballs.map(({ manifest }) => [manifest.name, manifest.version]))
  return tarballs.flatMap(({ manifest: { name, version, dependencies = {} } }) => {
    const unreleased = version === '0.0.0' ? [`${name} is at 0.0.0: no changeset names it`] : []
    const wrong = Object.entries(dependencies)
      .filter(([other, range]) => versions.has(other) && range !== `^${versions.get(other)}`)
      .map(([other, range]) => `${name} depends on ${other} ${range}, which is at ${versions.get(other)}`)
    return [...unreleased, ...wrong]
  })
}

/** A changelog that does not begin with the version that is published. */
export function changelogFaults({ path, manifest: { name, version } }: PublishedPackage): string[] {
  const file = join(path, 'CHANGELOG.md')
  const newest = existsSync(file) ? /^## (\S+)/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined
  return newest === version ? [] : [`${name} is at ${version}, its changelog at ${newest ?? 'nothing'}`]
}

/**
 * What npm holds a provenance statement against: the repository that built it. Whether one is made, the workflow says:
 * `provenance` in a package.json would make every publish elsewhere fail.
 */
export function provenanceFaults(packages: readonly PublishedPackage[]): string[] {
  const [first] = packages
  const url = first?.manifest.repository?.url
  return packages.flatMap(({ folder, manifest: { name, repository, publishConfig } }) => [
    ...(repository?.type === 'git' && /^git\+https:\/\/github\.com\/[\w.-]+\/[\w.-]+\.git$/.test(repository.url)
      ? []
      : [`${name} names no repository on GitHub`]),
    ...(repository?.url === url ? [] : [`${name} is of another repository than ${first?.manifest.name}`]),
    ...(repository?.directory === `packages/${folder}` ? [] : [`${name} is said to be in ${repository?.directory}`]),
    ...(publishConfig?.['access'] === 'public' ? [] : [`${name} is not published to everybody`]),
    ...(publishConfig?.['provenance'] === undefined ? [] : [`${name} sets provenance itself`]),
  ])
}
