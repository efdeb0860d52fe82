import { homedir } from 'node:os'
import type { Manifest } from './published-packages.ts'
import { textIn, type Tarball } from './pack-packages.ts'

/** What a user must find in a tarball and does not. */
export function contentFaults({ manifest, files }: Tarball): string[] {
  const wanted = ['LICENSE', 'README.md', ...targetsOf(manifest)]
  const missing = wanted.filter((file) => !files.includes(file)).map((file) => `${manifest.name} has no ${file}`)
  const tests = files.filter((file) => /(?:^|\/)src\/.*\.test\.ts$|^test\//.test(file))
  return [...missing, ...tests.map((file) => `${manifest.name} publishes the test ${file}`)]
}

/** What means something in this repository only. */
export function leftoverFaults({ manifest }: Tarball): string[] {
  return [...Object.entries(manifest.dependencies ?? {}), ...Object.entries(manifest.peerDependencies ?? {})]
    .filter(([, range]) => /^(?:workspace|catalog|file|link):/.test(range))
    .map(([name, range]) => `${manifest.name} depends on ${name} ${range}`)
}

/** Paths of the machine that has packed. */
export function pathFaults(tarball: Tarball, folders: readonly string[]): string[] {
  // an image's superuser has the same home as this machine's
  const paths = homedir() === '/root' ? folders : [...folders, `${homedir()}/`]
  return tarball.files.flatMap((file) => {
    const text = textIn(tarball, file)
    return paths.filter((path) => text.includes(path)).map((path) => `${tarball.manifest.name}: ${file} has ${path}`)
  })
}

function targetsOf({ exports = {}, bin = {} }: Manifest): string[] {
  const targets = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values((value ?? {}) as Record<string, unknown>).flatMap(targets)
  return [...targets(exports), ...targets(bin)].map((target) => target.replace(/^\.\//, ''))
}
