import { readFile, readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import * as core from '../src/index.ts'
import * as kysely from '../src/kysely.ts'
import { fillBookstore, openBookstore, type TestBookstore } from './bookstore.ts'

let store: TestBookstore
beforeAll(async () => {
  store = await openBookstore(inject('postgresUrl'))
  await fillBookstore(store.db)
})
afterAll(() => store.close())

const root = new URL('../', import.meta.url)
const sources = (await readdir(new URL('src/', root))).map((name) => `src/${name}`)
const examples = (await Promise.all(['README.md', ...sources].map(examplesOf))).flat()

test('there are examples in the README and in the sources', () => {
  expect(new Set(examples.map(({ file }) => file))).toEqual(
    new Set(['README.md', 'src/group-by.ts', 'src/key-by.ts', 'src/prefetch.ts']),
  )
})

test.each(examples)('the example in $file runs', async ({ code }) => {
  const lines: unknown[][] = []
  const given = { ...core, ...kysely, db: store.db, console: { log: (...line: unknown[]) => lines.push(line) } }
  const result = await run(code, given)
  expect(result).toBeInstanceOf(Array)
  for (const [actual, expected] of result as [unknown, unknown][]) expect(actual).toEqual(expected)
  if (code.includes('console.log')) expect(lines).toEqual([['Lem', 'Bob']])
})

/** Runs an example; a line `expression // [result]` becomes a pair of what is and what should be. */
async function run(code: string, given: object): Promise<unknown> {
  const body = code.replace(/^import .*$/gm, '').replace(/^(.+\)) \/\/ (\[.*\])$/gm, 'pairs.push([$1, $2])')
  const AsyncFunction = (async () => undefined).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => unknown
  const example = new AsyncFunction(...Object.keys(given), `const pairs = []\n${body}\nreturn pairs`)
  return example(...Object.values(given))
}

async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.replace(/^ \* ?/gm, '').matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => ({ file, code }))
}
