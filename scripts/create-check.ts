/*
 * `node scripts/create-check.ts [--tarballs <folder>] [framework…]`: creates a project of each framework from an empty folder
 * as a user would, from a registry that has the packed packages, and installs, checks, builds, tests and runs it.
 */
import { keepFolder, startPostgres } from '@seawall/services'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkProject } from './create-check/check-project.ts'
import { cleanEnvironment } from './create-check/clean-environment.ts'
import { startRegistry } from './create-check/start-registry.ts'
import { ownEnvironment } from './release/own-environment.ts'
import { packPackages } from './release/pack-packages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const atOnce = 2

/** Both ways of the README. */
const commands: Readonly<Record<string, string>> = {
  node: 'npm create --yes @seawall my-app -- --framework node',
  express: 'npx --yes @seawall/create my-app --framework express',
  fastify: 'npx --yes @seawall/create my-app --framework fastify',
  koa: 'npm create --yes @seawall my-app -- --framework koa',
  hono: 'npx --yes @seawall/create my-app --framework hono',
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { tarballs: { type: 'string' } } })
const folder = await keepFolder('create-check')
try {
  const tarballs = values.tarballs === undefined ? await pack(folder.path) : tarballsIn(resolve(values.tarballs))
  await checkAll(tarballs, positionals.length > 0 ? positionals : Object.keys(commands), folder.path)
} catch (error) {
  for (let reason = error; reason instanceof Error; reason = reason.cause) console.error(reason.message)
  process.exitCode = 1
} finally {
  await folder.remove()
}

async function checkAll(tarballs: readonly string[], frameworks: readonly string[], work: string): Promise<void> {
  const registry = await startRegistry(tarballs)
  const postgres = await startPostgres()
  try {
    const env = { ...cleanEnvironment(), 'npm_config_@seawall:registry': registry.url }
    const waiting = [...frameworks]
    const checkNext = async (): Promise<void> => {
      for (let framework = waiting.shift(); framework !== undefined; framework = waiting.shift()) {
        const create = commands[framework]
        if (create === undefined) throw new Error(`There is no ${framework}, but ${Object.keys(commands).join(', ')}`)
        const plan = { framework, create, folder: join(work, framework), env, postgresUrl: postgres.url }
        console.log(`ok ${framework}: ${await checkProject(plan)}`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, checkNext))
  } finally {
    await postgres.stop()
    await registry.close()
  }
  console.log(`${frameworks.length} created projects install, type-check, build, pass their tests and run`)
}

async function pack(work: string): Promise<string[]> {
  const packed = await packPackages(root, join(work, 'tarballs'), ownEnvironment())
  return packed.map(({ file }) => file)
}

function tarballsIn(path: string): string[] {
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
  return files.filter(({ name }) => name.endsWith('.tgz')).map(({ parentPath, name }) => join(parentPath, name))
}
