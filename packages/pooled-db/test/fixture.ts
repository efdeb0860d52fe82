import { createDatabase as createTestDatabase } from '@seawall/services'
import { afterAll, inject, onTestFinished } from 'vitest'
import { createPool, type Pool, type PoolOptions } from '../src/index.ts'

/** A database of the test file's own on the shared server. */
export async function fileDatabase(): Promise<string> {
  const database = await createTestDatabase(inject('postgresUrl'))
  afterAll(() => database.drop())
  return database.url
}

/** A pool for one test. */
export function poolOn(connectionString: string, options: PoolOptions = {}): Pool {
  const pool = createPool({ connectionString, ...options })
  onTestFinished(() => pool.close({ graceMs: 0 }))
  return pool
}

/** Ends a server process, and with it its connection. */
export async function terminate(admin: Pool, processId: number): Promise<void> {
  await admin.query('select pg_terminate_backend($1)', [processId])
}

/** How many server processes run a statement that holds the text. */
export async function countRunning(admin: Pool, text: string): Promise<number> {
  const sql = `select count(*)::int as n from pg_stat_activity where query like $1 and state = 'active' and pid <> pg_backend_pid()`
  const { rows } = await admin.query<{ n: number }>(sql, [`%${text}%`])
  return rows[0]?.n ?? 0
}

/** The rejection of a promise that should reject. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('Expected a rejection')
}

/** Callers that query one after another until told to stop. */
export interface Load {
  /** How many statements have succeeded. */
  readonly done: () => number
  /** The errors so far. */
  readonly errors: readonly Error[]
  /** Ends the load; resolves when all callers have stopped. */
  stop(): Promise<void>
}

/** Starts callers that query one after another. */
export function startLoad(pool: Pool, callers: number): Load {
  const errors: Error[] = []
  let done = 0
  let isOver = false
  const call = async (): Promise<void> => {
    while (!isOver) {
      try {
        await pool.query('select pg_sleep(0.002)')
        done++
      } catch (error) {
        errors.push(error as Error)
      }
    }
  }
  const running = Array.from({ length: callers }, call)
  return {
    done: () => done,
    errors,
    stop: async () => {
      isOver = true
      await Promise.all(running)
    },
  }
}
