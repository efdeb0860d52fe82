import { loadSettings, serve } from '@seawall-examples/bookstore'
import { mount } from '@seawall-examples/express'
import { endWithParent } from '@seawall/services'
import { startEnvironment } from './environment.ts'
import { DemoError } from './report.ts'
import { walk } from './walk.ts'

/** Starts everything, walks through it, and ends everything. */
async function demo(): Promise<void> {
  const quiet = { HOST: '127.0.0.1', PORT: '0', NODE_ENV: 'local', LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent' }
  const environment = await startEnvironment({ ...process.env, ...quiet })
  try {
    const settings = loadSettings(environment.variables)
    const server = await serve(settings, mount)
    console.log(`The bookstore listens on ${server.url}, with ${environment.description}.`)
    try {
      await walk(server.url, settings.databaseUrl)
    } finally {
      await server.close()
    }
    console.log('\nEverything held.')
  } finally {
    await environment.stop()
  }
}

endWithParent()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143))
try {
  await demo()
} catch (error) {
  console.error(error instanceof DemoError ? `\nDid not hold: ${error.message}` : error)
  process.exitCode = 1
}
