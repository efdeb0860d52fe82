/*
 * `node dev/run.ts`: runs the service, again whenever a source or an asset has changed, with a PostgreSQL of its own unless
 * `DATABASE_URL` names one.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startPostgres } from './start-postgres.ts'

const postgres = process.env['DATABASE_URL']
  ? undefined
  : await startPostgres().catch((error: Error) => {
      console.error(error.message)
      process.exit(1)
    })
const watched = ['src', 'assets'].map((path) => `--watch-path=${path}`)
const service = spawn(process.execPath, [...watched, '--import', './src/assets/build-assets.ts', 'src/main.ts'], {
  stdio: 'inherit',
  env: { ...process.env, ...(postgres && { DATABASE_URL: postgres.url }) },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => service.kill(signal))
const [code] = (await once(service, 'exit')) as [number | null]
await postgres?.stop()
process.exitCode = code ?? 0
