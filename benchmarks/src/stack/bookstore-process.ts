import { randomBytes } from 'node:crypto'
import { AskedProcess } from '../asked-process.ts'
import type { CpuClock } from './cpu-clock.ts'

/** The frameworks by the folder of their example. */
export const examples = {
  'node:http': 'node',
  Fastify: 'fastify',
  Hono: 'hono',
  Koa: 'koa',
  Express: 'express',
} as const

/** A process of the bookstore, as production starts it. */
export interface BookstoreProcess {
  readonly url: string
  readonly process: AskedProcess<CpuClock>
}

/** What the process is given besides a framework. */
export interface Backends {
  readonly databaseUrl: string
  readonly redisUrl: string
}

/** Starts the bookstore on a framework, on a free port. */
export async function startBookstore(
  framework: keyof typeof examples,
  { databaseUrl, redisUrl }: Backends,
): Promise<BookstoreProcess> {
  const main = new URL(`../../../examples/${examples[framework]}/src/main.ts`, import.meta.url)
  const process = new AskedProcess<CpuClock>(main, {
    execArgv: ['--import', new URL('cpu-clock.ts', import.meta.url).href],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DATABASE_TLS: 'off',
      REDIS_URL: redisUrl,
      SESSION_SECRET: randomBytes(32).toString('base64url'),
      // one address sends everything
      REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
    },
  })
  try {
    return { url: await process.firstLine(), process }
  } catch (error) {
    await process.end()
    throw error
  }
}
