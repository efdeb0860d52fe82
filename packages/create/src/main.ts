#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { askFramework } from './ask-framework.ts'
import { createProject } from './create-project.ts'
import { CreateError } from './errors.ts'
import { frameworkNames, frameworks, type Framework } from './frameworks.ts'
import { packageManagerOf } from './package-manager.ts'
import { parseArguments } from './parse-arguments.ts'
import { usage } from './usage.ts'

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof CreateError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function main(args: readonly string[]): Promise<void> {
  const command = parseArguments(args)
  if (command.asks === 'help') return void process.stdout.write(usage)
  if (command.asks === 'version') return console.log(version())
  const { folder, name } = command
  const framework = command.framework ?? (await missingFramework())
  await createProject({ folder, framework, name })
  console.log(nextSteps(folder, framework))
}

async function missingFramework(): Promise<Framework> {
  if (process.stdin.isTTY && process.stdout.isTTY) return askFramework(process.stdin, process.stdout)
  throw new CreateError(
    'ERR_CREATE_ARGUMENTS',
    `Cannot create a project as '--framework' must be one of ${frameworkNames.join(', ')}. ` +
      'npm passes it on behind two dashes: npm create @seawall my-app -- --framework fastify',
  )
}

function nextSteps(folder: string, framework: Framework): string {
  const manager = packageManagerOf(process.env['npm_config_user_agent'])
  const steps = [`${manager} install`, `${manager} run dev`]
  if (folder !== '.') steps.unshift(`cd ${/^[\w./@~-]+$/.test(folder) ? folder : `'${folder}'`}`)
  return `A service on ${frameworks[framework]} is in ${folder}. What is next:\n\n  ${steps.join('\n  ')}\n${nodeAdvice()}`
}

function nodeAdvice(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return ''
  return `\nIt wants Node 22.18 or newer: this is ${process.versions.node}.\n`
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
