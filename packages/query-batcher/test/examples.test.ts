import { readFile, readdir } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import * as budget from '../src/budget.ts'
import * as core from '../src/index.ts'
import * as kysely from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'), { isCounted: true })
})
beforeEach(async () => {
  await store.pool.query('truncate author, book, genre, book_genre, review, "user"')
  await fillBookstore(store.db)
})
afterAll(() => store.close())

const root = new URL('../', import.meta.url)
const sources = (await readdir(new URL('src/', root), { recursive: true }))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`)
const examples = (await Promise.all(['README.md', ...sources].map(examplesOf))).flat()

test('there are examples in the README and in the sources', () => {
  const files = new Set(examples.map(({ file }) => file))
  expect(files.size).toBeGreaterThan(10)
  expect(files).toContain('README.md')
  expect(files).toContain('src/batcher/batcher.ts')
})

test.each(examples)('the example in $file runs', async ({ code }) => {
  const lines: unknown[][] = []
  const { db, pool } = store
  const console = { log: (...line: unknown[]) => lines.push(line), warn: () => undefined }
  const given = { ...core, ...kysely, ...budget, Kysely, PostgresDialect, db, pool, console }
  const result = await run(code, given)
  expect(result).toBeInstanceOf(Array)
  for (const [actual, expected] of result as [unknown, unknown][]) expect(actual).toEqual(expected)
  if (code.includes('console.log')) expect(lines).toEqual([['Lem', 'Bob']])
})

/** Runs an example; a line `expression // [result]` becomes a pair of what is and what should be. */
async function run(code: string, given: object): Promise<unknown> {
  const body = stripTypeScriptTypes(code)
    .replace(/^import .*$/gm, '')
    .replace(/^(.+\)) \/\/ (\[.*\])$/gm, 'pairs.push([$1, $2])')
  const AsyncFunction = (async () => undefined).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => unknown
  const example = new AsyncFunction(...Object.keys(given), `const pairs = []\n${body}\nreturn pairs`)
  return example(...Object.values(given))
}

async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.replace(/^ +\* ?/gm, '').matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => ({ file, code }))
}
