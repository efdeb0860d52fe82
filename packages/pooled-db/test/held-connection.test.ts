import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, type Database, type SecondConnectionMessage, transaction } from '../src/index.ts'
import { fileDatabase } from './fixture.ts'

const url = await fileDatabase()

function open(): Database<object> {
  const database = createDatabase<object>({ connectionString: url, max: 4 })
  onTestFinished(() => database.destroy())
  return database
}

function record(): SecondConnectionMessage[] {
  const messages: SecondConnectionMessage[] = []
  const note = (message: unknown): void => void messages.push(message as SecondConnectionMessage)
  subscribe('seawall:pooled-db:second-connection', note)
  onTestFinished(() => void unsubscribe('seawall:pooled-db:second-connection', note))
  return messages
}

const ask = (database: Pick<Database<object>, 'selectNoFrom'>) =>
  database.selectNoFrom((eb) => eb.lit(1).as('one')).execute()

test('whoever asks for a second connection within a transaction is told where', async () => {
  const database = open()
  const messages = record()
  await transaction(database, async (trx) => {
    await ask(trx)
    expect(messages).toEqual([])
    await ask(database)
  })
  await database
    .transaction()
    .setIsolationLevel('serializable')
    .execute(async () => void (await database.pool.query('select 1')))
  expect(messages).toHaveLength(2)
  expect(messages[1]?.stack).toContain('held-connection.test.ts')
})

test('a transaction of another database, one that is over, and what runs beside it are no reason to warn', async () => {
  const [database, other] = [open(), open()]
  const messages = record()
  const late = vi.fn<() => Promise<unknown>>(() => ask(database))
  await transaction(database, async () => {
    await ask(other)
    setImmediate(() => void late())
  })
  await Promise.all([transaction(database, ask), ask(database)])
  await vi.waitFor(() => expect(late).toHaveResolved())
  expect(messages).toEqual([])
})
