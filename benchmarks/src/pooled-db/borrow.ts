import { createPool } from '@seawall/pooled-db'
import pg from 'pg'
import type { Start } from '../runner.ts'

/** A connection that is free is borrowed and given back. */
export interface BorrowSetting {
  readonly url: string
  readonly contender: 'pg-pool' | 'pool'
}

export const start: Start<BorrowSetting> = async ({ url, contender }) => {
  const pool = contender === 'pool' ? createPool({ connectionString: url }) : new pg.Pool({ connectionString: url })
  return {
    async round(operations) {
      for (let n = 0; n < operations; n++) {
        const client = await pool.connect()
        client.release()
      }
    },
    end: () => pool.end(),
  }
}
