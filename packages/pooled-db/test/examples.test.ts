import { createServer } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import * as face from '../src/index.ts'
import { fileDatabase } from './fixture.ts'

const url = await fileDatabase()
const root = new URL('../', import.meta.url)
const sources = (await readdir(new URL('src/', root))).map((name) => `src/${name}`)
const examples = (await Promise.all(['README.md', ...sources].map(examplesOf))).flat()
const env = { DATABASE_URL: url }
const opened: (() => Promise<void>)[] = []

/** What the examples find in scope: the package, with its defaults for this database, and without its output. */
const given: Record<string, unknown> = {
  ...face,
  createServer,
  console: { log() {} },
  process: { env },
  fromEnv: (other: face.Environment = env) => face.fromEnv(other),
  createPool: (options: face.PoolOptions) => {
    const pool = face.createPool(options)
    opened.push(() => pool.close({ graceMs: 0 }))
    return pool
  },
  createDatabase: (options: face.DatabaseOptions) => {
    const database = face.createDatabase(options)
    opened.push(() => database.destroy())
    return database
  },
  closeOnSignal: (database: face.Pool | face.ClosableDatabase, options: face.CloseOnSignalOptions) => {
    const stop = face.closeOnSignal(database, options)
    opened.push(async () => stop())
    return stop
  },
}

beforeAll(async () => {
  const pool = face.createPool({ connectionString: url })
  await pool.query(`create table book (id int primary key, title text)`)
  await pool.query(`create table account (id int primary key, cents int)`)
  await pool.query(`insert into book values (1, 'Kim'), (7, 'Ulysses')`)
  await pool.close()
})

test('there are examples in the README and in the sources', () => {
  const named =
    'after-commit atomic-requests close-on-signal create-database create-pool from-env request-scope transaction-scope transaction'
  const files = ['README.md', ...named.split(' ').map((name) => `src/${name}.ts`)]
  expect(new Set(examples.map(({ file }) => file))).toEqual(new Set(files))
})

test.each(examples)('the example in $file runs', async ({ code }) => {
  onTestFinished(async () => void (await Promise.all(opened.splice(0).map((close) => close()))))
  const body = stripTypeScriptTypes(code.replace(/^import .*$/gm, ''))
  const example = Reflect.construct(AsyncFunction, [...Object.keys(given), body]) as (...values: unknown[]) => unknown
  await expect(Promise.resolve(example(...Object.values(given)))).resolves.toBeUndefined()
})

const AsyncFunction = (async () => {}).constructor

async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.replace(/^ \* ?/gm, '').matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => ({ file, code }))
}
