import { readFile, readdir } from 'node:fs/promises'
import { guard } from '@seawall/guard/express'
import express from 'express'
import { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible'
import { afterAll, expect, test } from 'vitest'
import * as flexible from '../src/flexible.ts'
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
const sources = (await readdir(new URL('src/', root), { recursive: true }))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`)
const examples = (await Promise.all(['README.md', ...sources].map(examplesOf))).flat()

test('there are examples in the README and in the sources', () => {
  expect(new Set(examples.map(({ file }) => file))).toEqual(
    new Set([
      'README.md',
      'src/create-limiter.ts',
      'src/flexible/compatible-limiter.ts',
      'src/flexible/flexible-store.ts',
      'src/limiter-of.ts',
      'src/memory-store.ts',
      'src/rate-limit.ts',
      'src/redis/redis-store.ts',
    ]),
  )
})

test.each(examples)('the example in $file runs', async ({ code }) => {
  const given = {
    ...core,
    ...redis,
    ...flexible,
    guard,
    express,
    Redis: KeptRedis,
    RateLimiterMemory,
    RateLimiterUnion,
  }
  const body = `return (async () => {\n${code.replace(/^import .*$/gm, '')}\n})()`
  const example = Reflect.construct(Function, [...Object.keys(given), body]) as (...values: unknown[]) => Promise<void>
  await expect(example(...Object.values(given))).resolves.toBeUndefined()
})

async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.replace(/^ \* ?/gm, '').matchAll(/```[jt]s\n([^]*?)```/g)].map(([, code = '']) => ({ file, code }))
}
