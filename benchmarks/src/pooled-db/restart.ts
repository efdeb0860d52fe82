import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase } from '@seawall/pooled-db'
import { startPostgres } from '@seawall/services'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Start } from '../runner.ts'

/** A server of its own is killed under load and started again. A round is a restart. */
export interface RestartSetting {
  readonly contender: 'Kysely on pg-pool' | 'createDatabase'
}

const callers = 20

export const start: Start<RestartSetting> = async ({ contender }) => {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, max: 10 })
  // Without it the process would end with the first connection that is lost while it is idle.
  pool.on('error', () => undefined)
  const database =
    contender === 'createDatabase'
      ? createDatabase({ connectionString: server.url, max: 10 })
      : new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  let uncaught = 0
  process.on('uncaughtException', () => uncaught++)
  let successes: number[] = []
  let isOver = false

  async function call(): Promise<void> {
    while (!isOver) {
      const isAnswered = await sql`select pg_sleep(0.002)`.execute(database).then(
        () => true,
        () => false,
      )
      if (isAnswered) successes.push(performance.now())
      else await sleep(5)
    }
  }

  /** When a client that tries all the time is first let in. */
  async function acceptedAt(): Promise<number> {
    for (;;) {
      const client = new pg.Client({ connectionString: server.url })
      client.on('error', () => undefined)
      try {
        await client.connect()
        return performance.now()
      } catch {
        await sleep(5)
      } finally {
        await client.end()
      }
    }
  }

  return {
    async round() {
      uncaught = 0
      successes = []
      isOver = false
      const load = Array.from({ length: callers }, call)
      await sleep(200)
      await server.kill()
      const [at] = await Promise.all([acceptedAt(), server.restart()])
      await sleep(1000)
      isOver = true
      await Promise.all(load)
      const first = successes.find((time) => time >= at) ?? Infinity
      return { 'ms until first success': first - at, 'uncaught exceptions': uncaught }
    },
    async end() {
      await database.destroy()
      await server.stop()
    },
  }
}
