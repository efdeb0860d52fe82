import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDatabase, keepFolder } from '@seawall/services'
import { expect, inject, onTestFinished, test } from 'vitest'
import { guides, textOf } from './documents.ts'
import { codeBlocks, type CodeBlock } from './markdown.ts'

const run = promisify(execFile)
const runner = fileURLToPath(new URL('run-guide.ts', import.meta.url))
const hooks = new URL('resolve-in-workspace.ts', import.meta.url).href

const runnable = guides
  .map((guide) => ({ guide, blocks: codeBlocks(guide, textOf(guide)).filter((block) => isRun(block)) }))
  .filter(({ blocks }) => blocks.some(({ language }) => language !== 'sql'))

test.each(runnable)('the examples of $guide run, and their servers answer', async ({ guide, blocks }) => {
  const [database, folder] = await Promise.all([createDatabase(inject('postgresUrl')), keepFolder('guide')])
  onTestFinished(async () => void (await Promise.all([database.drop(), folder.remove()])))
  const statements = [tablesOf(guide), ...blocks.filter(({ language }) => language === 'sql').map(({ code }) => code)]
  const files = blocks.filter(({ language }) => language !== 'sql')
  await Promise.all(files.map((block) => writeFile(join(folder.path, fileNameOf(block)), block.code)))
  const setUp = `import pg from 'pg'
    const client = new pg.Client(process.env.DATABASE_URL)
    await client.connect()
    await client.query(${JSON.stringify(statements.join('\n'))})
    await client.end()`
  await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder.path, 'set-up.js'), setUp)
  const names = ['set-up.js', ...files.map((block) => fileNameOf(block))]
  const args = [runner, requestsOf(guide), ...names.map((name) => join(folder.path, name))]
  const options = { env: { ...process.env, ...variablesFor(database.url) } }
  const flags = ['--disable-warning=ExperimentalWarning', '--import', hooks]
  const { stderr } = await run(process.execPath, [...flags, ...args], options)
  expect(stderr).toBe('')
})

/** What a guide supposes to be there: `setups/<guide>.sql`. */
function tablesOf(guide: string): string {
  const file = new URL(`setups/${basename(guide, '.md')}.sql`, import.meta.url)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Where the examples find the servers: by our variables, and by those of PostgreSQL. */
function variablesFor(databaseUrl: string): Record<string, string> {
  const { hostname, port, username, pathname } = new URL(databaseUrl)
  const postgres = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: pathname.slice(1) }
  return { ...postgres, DATABASE_URL: databaseUrl, REDIS_URL: inject('redisUrl') }
}

/** A guide's routes; every server of its examples has them all. */
function requestsOf(guide: string): string {
  return guide === 'docs/getting-started.md' ? 'GET /,GET /catalog,POST /login' : 'GET /'
}

function isRun({ language, setup, notRun }: CodeBlock): boolean {
  return ['ts', 'js', 'sql'].includes(language) && setup === undefined && !notRun
}

function fileNameOf({ name, line, language }: CodeBlock): string {
  return name ?? `line-${line}.${language}`
}
