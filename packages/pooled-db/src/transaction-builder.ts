import type { TransactionBuilder } from 'kysely'
import { whileHolding } from './held-connection.ts'

/** Kysely's builder, whose transactions are known to hold a connection of the pool. */
export function holdingBuilder<DB>(builder: TransactionBuilder<DB>, pool: object): TransactionBuilder<DB> {
  const holding: Pick<TransactionBuilder<DB>, 'execute' | 'setAccessMode' | 'setIsolationLevel'> = {
    execute: (run) => builder.execute((trx) => whileHolding(pool, () => run(trx))),
    setAccessMode: (mode) => holdingBuilder(builder.setAccessMode(mode), pool),
    setIsolationLevel: (level) => holdingBuilder(builder.setIsolationLevel(level), pool),
  }
  return holding as TransactionBuilder<DB>
}
