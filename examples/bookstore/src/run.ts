import { loadSettings } from './load-settings.ts'
import { serve, type Mount } from './serve.ts'

/** The process: settings from its variables, its address on standard output, an orderly end by SIGTERM or SIGINT. */
export async function run(mount: Mount): Promise<void> {
  try {
    const server = await serve(loadSettings(process.env), mount)
    console.log(server.url)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close())
  } catch (error) {
    for (let reason = error; reason instanceof Error; reason = reason.cause) console.error(reason.message)
    process.exitCode = 1
  }
}
