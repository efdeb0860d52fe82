import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../prisma/', import.meta.url))

/**
 * Installs Prisma into its own folder and generates its client; the path of the folder, or why there is none. It stands
 * apart from the workspace since it is large and only this benchmark asks for it.
 */
export function installPrisma(): { readonly folder: string } | { readonly missing: string } {
  const installed = run('pnpm', ['--dir', folder, '--ignore-workspace', 'install', '--frozen-lockfile', '--silent'])
  if (installed !== undefined) return { missing: installed }
  const generated = run(`${folder}node_modules/.bin/prisma`, ['generate', `--schema=${folder}schema.prisma`])
  return generated === undefined ? { folder } : { missing: generated }
}

/** Why a command has failed, if it has. */
function run(command: string, args: readonly string[]): string | undefined {
  // the engine that migrates is not needed, and would be downloaded
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' }
  const { status, error, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8', timeout: 240_000 })
  if (status === 0) return undefined
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? `${command} has failed`
}
