import { loadSettings, serve } from '@seawall-examples/bookstore'
import { mount } from '@seawall-examples/express'
import { endWithParent } from '@seawall/services'
import { startEnvironment } from './environment.ts'

endWithParent()
const environment = await startEnvironment({ ...process.env, HOST: process.env['HOST'] ?? '127.0.0.1' })
try {
  const server = await serve(loadSettings(environment.variables), mount)
  console.log(`${server.url} - with ${environment.description}. Ctrl-C ends it.`)
  const end = async (): Promise<void> => {
    await server.close()
    await environment.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  await environment.stop()
  process.exitCode = 1
}
