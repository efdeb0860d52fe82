// Runs the tests under the other Node majors of scripts/nodes, which has its own lockfile and is installed only here.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const nodes = join(root, 'scripts/nodes')
const path = process.env['PATH'] ?? ''

function run(command: string, args: readonly string[], searchPath: string): boolean {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: searchPath },
  })
  return status === 0
}

if (!run('pnpm', ['--dir', nodes, '--ignore-workspace', 'install', '--frozen-lockfile', '--silent'], path))
  process.exit(1)
const { optionalDependencies } = JSON.parse(readFileSync(join(nodes, 'package.json'), 'utf8')) as {
  readonly optionalDependencies: Readonly<Record<string, string>>
}
const failed = Object.keys(optionalDependencies).filter((name) => {
  const bin = join(nodes, 'node_modules', name, 'bin')
  console.log(`--- ${name}`)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--project', '!types', ...process.argv.slice(2)]
  return !run(join(bin, 'node'), args, bin + delimiter + path)
})
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
