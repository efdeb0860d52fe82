import { readFile, readdir } from 'node:fs/promises'
import { guard } from '@seawall/guard/express'
import express from 'express'
import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import * as core from '../src/index.ts'
import * as redis from '../src/redis.ts'

const clients: Redis[] = []
afterAll(() => {
  for (const client of clients) client.disconnect()
})

class KeptRedis extends Redis {
  constructor(options: object) {
    super(options)
    clients.push(this)
  }
}

const root = new URL('../', import.meta.url)
const sources = (await readdir(new URL('src/', root))).map((name) => `src/${name}`)
const examples = (await Promise.all(['README.md', ...sources].map(examplesOf))).flat()

test('there are examples in the README and in the sources', () => {
  expect(new Set(examples.map(({ file }) => file))).toEqual(
    new Set(['README.md', 'src/memory-store.ts', 'src/rate-limit.ts', 'src/redis-store.ts']),
  )
})

test.each(examples)('the example in $file runs', ({ code }) => {
  const given = { ...core, ...redis, guard, express, Redis: KeptRedis }
  const body = code.replace(/^import .*$/gm, '')
  const example = Reflect.construct(Function, [...Object.keys(given), body]) as (...values: unknown[]) => void
  expect(() => example(...Object.values(given))).not.toThrow()
})

async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.replace(/^ \* ?/gm, '').matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => ({ file, code }))
}
