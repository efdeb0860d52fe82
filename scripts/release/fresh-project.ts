import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runCommand, type Place } from '../create-check/run-command.ts'
import type { Tarball } from './pack-packages.ts'
import { entriesOf } from './published-packages.ts'

/** How a project imports. */
export type ProjectKind = 'ESM' | 'CommonJS' | 'TypeScript'

/** Versions of what a TypeScript project has besides. */
const typescript = ['typescript@6.0.3', '@types/node@24']

const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  outDir: 'out',
}

/** Creates a project with nothing in it but the tarballs and the newest of each peer that they allow. */
export async function installFresh(
  project: string,
  tarballs: readonly Tarball[],
  { node, env, kind }: { node: string; env: Place['env']; kind: ProjectKind },
): Promise<void> {
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, engineStrict: true }))
  const wanted = [
    ...tarballs.map(({ file }) => file),
    ...peersOf(tarballs),
    ...(kind === 'TypeScript' ? typescript : []),
  ]
  const options = '--no-audit --no-fund --prefer-offline --engine-strict --loglevel=error'
  await runCommand(`${node} ${npmOf(env)} install ${options} ${wanted.join(' ')}`, {
    cwd: project,
    env: { ...env, PATH: `${dirname(node)}:${env['PATH']}` },
  })
}

/** Imports every entry, in the way of the project. What is written to the terminal meanwhile is a fault. */
export async function importAll(
  project: string,
  tarballs: readonly Tarball[],
  { node, env, kind }: { node: string; env: Place['env']; kind: ProjectKind },
): Promise<number> {
  const entries = tarballs.flatMap(({ manifest }) => entriesOf(manifest))
  const place = { cwd: project, env }
  for (const [file, text] of Object.entries(sources(kind, entries))) writeFileSync(join(project, file), text)
  if (kind === 'TypeScript') await runCommand(`${node} node_modules/typescript/bin/tsc --project .`, place)
  for (const file of programs[kind]) {
    const written = await runCommand(`${node} ${file}`, place)
    if (written !== '') throw new Error(`${file} writes: ${written}`)
  }
  return entries.length
}

const programs: Readonly<Record<ProjectKind, readonly string[]>> = {
  ESM: ['all.mjs'],
  CommonJS: ['all.cjs'],
  TypeScript: ['out/all.mjs', 'out/all.cjs'],
}

function sources(kind: ProjectKind, entries: readonly string[]): Record<string, string> {
  const list = JSON.stringify(entries)
  const check = 'if (Object.keys(loaded).length === 0) throw new Error(`${entry} exports nothing`)'
  if (kind === 'ESM')
    return { 'all.mjs': `for (const entry of ${list}) { const loaded = await import(entry); ${check} }\n` }
  if (kind === 'CommonJS')
    return { 'all.cjs': `for (const entry of ${list}) { const loaded = require(entry); ${check} }\n` }
  const names = entries.map((_, at) => `entry${at}`)
  const checks = `for (const [entry, loaded] of Object.entries({ ${names.join(', ')} })) ${check}\n`
  return {
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['all.mts', 'all.cts'] }),
    'all.mts': entries.map((entry, at) => `import * as entry${at} from '${entry}'\n`).join('') + checks,
    'all.cts': entries.map((entry, at) => `import entry${at} = require('${entry}')\n`).join('') + checks,
  }
}

/** npm installs optional peers only when asked. */
function peersOf(tarballs: readonly Tarball[]): string[] {
  const peers = new Map(tarballs.flatMap(({ manifest }) => Object.entries(manifest.peerDependencies ?? {})))
  return [...peers].map(([name, range]) => `${name}@${range.split('||').at(-1)?.trim()}`)
}

/** npm's own file, so that another Node can run it. */
function npmOf(env: Place['env']): string {
  return realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { env, encoding: 'utf8' }).trim())
}
