import { loadSettings } from '@seawall-examples/bookstore'
import { startServer } from './server.ts'

try {
  const server = await startServer(loadSettings(process.env))
  console.log(server.url)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close())
} catch (error) {
  for (let reason = error; reason instanceof Error; reason = reason.cause) console.error(reason.message)
  process.exitCode = 1
}
