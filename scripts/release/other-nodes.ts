import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A Node that is installed beside the pinned one. */
export interface OtherNode {
  /** Its major version, as `node22`. */
  readonly name: string
  /** The folder with its binary. */
  readonly bin: string
}

const folder = fileURLToPath(new URL('../nodes/', import.meta.url))

/** The other majors that the packages support. They have a lockfile of their own and are installed only when asked for. */
export function otherNodes(): OtherNode[] {
  const args = ['--dir', folder, '--ignore-workspace', 'install', '--frozen-lockfile', '--silent']
  execFileSync('pnpm', args, { stdio: 'inherit' })
  const { optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  return Object.keys(optionalDependencies).map((name) => ({ name, bin: join(folder, 'node_modules', name, 'bin') }))
}
