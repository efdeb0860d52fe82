// Packs every package, judges the tarballs, installs them in a bare project and loads every entry from ESM and CommonJS.
import { keepFolder } from '@seawall/services'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
// the bare project must not see this repository: no NODE_PATH, no pnpm settings
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'NODE_PATH' && !/^(npm|pnpm)_/i.test(name)),
)

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error?.message ?? ''}${stdout}\n${stderr}`)
  return stdout + stderr
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest
}

/** Every file that `exports` names must be in the tarball: publint finds most of these, an import finds all. */
function loadAll(work: string, entries: readonly string[]): void {
  const list = JSON.stringify(entries)
  const check = 'if (Object.keys(loaded).length === 0) throw new Error(`${entry} exports nothing`)'
  const scripts = {
    'all.mjs': `for (const entry of ${list}) { const loaded = await import(entry); ${check} }`,
    'all.cjs': `for (const entry of ${list}) { const loaded = require(entry); ${check} }`,
  }
  for (const [file, text] of Object.entries(scripts)) {
    writeFileSync(join(work, file), text)
    const said = run(process.execPath, [file], work)
    if (said !== '') throw new Error(`${file} says: ${said}`)
  }
}

async function packCheck(): Promise<void> {
  const folder = await keepFolder()
  const work = folder.path
  const folders = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  )
  const manifests = folders.map(manifestOf)
  for (const name of folders) run('pnpm', ['pack', '--pack-destination', work], join(root, 'packages', name))
  const tarballs = readdirSync(work).filter((file) => file.endsWith('.tgz'))
  for (const tarball of tarballs) {
    run('publint', [join(work, tarball), '--strict'], root)
    run('attw', [join(work, tarball), '--profile', 'esm-only', '--no-color', '--format', 'ascii'], root)
  }
  writeFileSync(join(work, 'package.json'), '{"private":true}')
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  run('npm', ['install', ...quiet, ...tarballs.map((tarball) => `./${tarball}`), ...peersOf(manifests)], work)
  const entries = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((key) => !key.endsWith('.json'))
      .map((key) => name + key.slice(1)),
  )
  loadAll(work, entries)
  console.log(`${tarballs.length} tarballs, ${entries.length} entries load from ESM and CommonJS`)
  await folder.remove()
}

/** The newest of each peer that the packages allow; npm installs optional peers only when asked. */
function peersOf(manifests: readonly Manifest[]): string[] {
  const peers = new Map(manifests.flatMap(({ peerDependencies }) => Object.entries(peerDependencies ?? {})))
  return [...peers].map(([name, range]) => `${name}@${range.split('||').at(-1)?.trim()}`)
}

try {
  await packCheck()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
