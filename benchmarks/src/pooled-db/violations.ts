import { createPool } from '@seawall/pooled-db'
import pg from 'pg'
import type { Start } from '../runner.ts'

/** Inserts, of which one in twenty breaks a unique constraint. */
export interface ViolationsSetting {
  readonly url: string
  readonly contender: 'pg-pool' | 'pool'
}

const text = 'insert into tag (name) values ($1)'
const callers = 16

export const start: Start<ViolationsSetting> = async ({ url, contender }) => {
  const { insert, connections, end } = contender === 'pool' ? ours(url) : pgPool(url)
  const prefix = `${contender} ${process.pid} `
  await insert(`${prefix}taken`)
  let next = 0

  async function call(until: number): Promise<void> {
    while (next < until) {
      const n = next++
      const isTaken = n % 20 === 0
      const isRefused = await insert(isTaken ? `${prefix}taken` : prefix + n).then(
        () => false,
        () => true,
      )
      if (isRefused !== isTaken) throw new Error(`Insert ${n} should ${isTaken ? 'fail' : 'succeed'}`)
    }
  }

  return {
    async round(operations) {
      const before = connections()
      const until = next + operations
      await Promise.all(Array.from({ length: callers }, () => call(until)))
      return { 'connections opened': connections() - before }
    },
    end,
  }
}

function ours(url: string) {
  const pool = createPool({ connectionString: url })
  return {
    insert: (name: string): Promise<unknown> => pool.query(text, [name]),
    connections: () => pool.stats().opened,
    end: () => pool.close(),
  }
}

function pgPool(url: string) {
  const pool = new pg.Pool({ connectionString: url })
  let opened = 0
  pool.on('connect', () => opened++)
  return {
    insert: (name: string): Promise<unknown> => pool.query(text, [name]),
    connections: () => opened,
    end: () => pool.end(),
  }
}
