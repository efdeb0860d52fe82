import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase } from '@seawall/services'
import { runCommand, startCommand, type Place } from './run-command.ts'

/** What the check of one project needs. */
export interface CheckPlan {
  /** What it is created on. */
  readonly framework: string
  /** How: a command that takes the folder and the framework. */
  readonly create: string
  /** An empty folder. */
  readonly folder: string
  /** The variables of a user's shell, with the registry that has the packages. */
  readonly env: Readonly<Record<string, string>>
  /** A PostgreSQL for the built service. */
  readonly postgresUrl: string
}

/**
 * Creates a project and does with it what its README says.
 *
 * @returns How many seconds each step took.
 * @throws Error naming the step that failed, with the end of what it has written.
 */
export async function checkProject({ framework, create, folder, env, postgresUrl }: CheckPlan): Promise<string> {
  const project = join(folder, 'my-app')
  const place: Place = { cwd: project, env }
  const took: string[] = []
  const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now()
    try {
      await work()
    } catch (error) {
      throw new Error(`${framework}: ${name} failed`, { cause: error })
    }
    took.push(`${name} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  }
  mkdirSync(folder)
  // a cache of its own: npx keeps what it once installed
  const alone = { ...env, npm_config_cache: join(folder, 'cache') }
  await step('create', () => runCommand(create, { cwd: folder, env: alone }))
  await step('install', () => runCommand('npm install --prefer-offline --no-audit --no-fund', place))
  for (const script of ['typecheck', 'build', 'test']) await step(script, () => runCommand(`npm run ${script}`, place))
  // as its first lines say
  copyFileSync(join(project, '.env.example'), join(project, '.env'))
  await step('dev', () => expectPage('npm run dev', { cwd: project, env: { ...env, PORT: '0' } }))
  await step('start', () => inProduction(place, postgresUrl))
  return took.join(', ')
}

async function inProduction({ cwd, env }: Place, postgresUrl: string): Promise<void> {
  const database = await createDatabase(postgresUrl)
  const settings = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: database.url,
    DATABASE_TLS: 'off',
    SESSION_SECRET: randomBytes(32).toString('base64url'),
  }
  try {
    await expectPage('npm start', { cwd, env: { ...env, ...settings } })
  } finally {
    await database.drop()
  }
}

/** The page comes with its policy and its style sheet; after Ctrl-C nothing of the project runs any more. */
async function expectPage(command: string, place: Place): Promise<void> {
  const service = await startCommand(command, place)
  try {
    const page = await fetch(service.url, { signal: AbortSignal.timeout(10_000) })
    const text = await page.text()
    const [, style = ''] = /href="(\/assets\/[^"]+\.css)"/.exec(text) ?? []
    const sheet = await fetch(new URL(style, service.url), { signal: AbortSignal.timeout(10_000) })
    const policy = page.headers.get('content-security-policy') ?? ''
    if (page.status !== 200 || sheet.status !== 200 || !policy.includes("default-src 'none'"))
      throw new Error(`GET / gave ${page.status} with '${policy}', its style sheet ${sheet.status}\n${text}`)
  } finally {
    await service.interrupt()
  }
  await expectNoProcess(place.cwd)
}

/** What a project starts names its own files; without /proc (not Linux) nothing is looked for. */
async function expectNoProcess(folder: string): Promise<void> {
  const deadline = performance.now() + 10_000
  let left = processesOf(folder)
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(50)
    left = processesOf(folder)
  }
  if (left.length > 0) throw new Error(`These processes are left:\n${left.join('\n')}`)
}

function processesOf(folder: string): string[] {
  const lines = processIds().map((id) => readText(`/proc/${id}/cmdline`).replaceAll('\0', ' '))
  return lines.filter((line) => line.includes(folder))
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
