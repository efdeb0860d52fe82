import { endWithParent } from '@seawall/services'
import { startStack } from './start-stack.ts'

endWithParent()
const framework = process.argv[2] ?? 'express'
const stack = await startStack(new URL(`../../${framework}/src/main.ts`, import.meta.url))
console.log(
  `${stack.url} - nginx, two processes on ${framework}, PgBouncer, PostgreSQL, Redis, Memcached. Ctrl-C ends it.`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stack.stop())
