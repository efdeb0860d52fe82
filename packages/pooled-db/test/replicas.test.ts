import { type Service, startPostgres, startPostgresReplica } from '@seawall/services'
import { type Generated, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, type Database, type DatabaseOptions, inRequest, transaction } from '../src/index.ts'
import { failureOf, poolOn } from './fixture.ts'

interface Tables {
  book: { id: Generated<number>; title: string }
}

let primary: Service
let replicas: Service[]

beforeAll(async () => {
  primary = await startPostgres()
  const database = createDatabase<Tables>({ connectionString: primary.url })
  await sql`create table book (id serial primary key, title text)`.execute(database)
  await database.destroy()
  replicas = await Promise.all([startPostgresReplica(primary.url), startPostgresReplica(primary.url)])
}, 60_000)

afterAll(() => Promise.all([primary, ...replicas].map((service) => service.stop())))

/** A database whose replicas are known to be up to date. */
async function open(options: DatabaseOptions = {}): Promise<Database<Tables>> {
  const urls = replicas.map(({ url }) => url)
  const database = createDatabase<Tables>({ connectionString: primary.url, replicas: urls, lagCheckMs: 20, ...options })
  onTestFinished(() => database.destroy())
  await vi.waitFor(() => expect(database.replicaLags().every(({ isUsed }) => isUsed)).toBe(true), { timeout: 10_000 })
  return database
}

/** The port of the server that answers. */
const port = sql<number>`inet_server_port()`.as('port')
const select = (database: Pick<Database<Tables>, 'selectFrom'>) =>
  database.selectFrom(sql<object>`(values (1))`.as('one')).select(port)
const askPort = async (database: Pick<Database<Tables>, 'selectFrom'>) =>
  (await select(database).executeTakeFirstOrThrow()).port

async function portsOfReads(database: Database<Tables>, reads = 20): Promise<Set<number>> {
  return new Set(await Promise.all(Array.from({ length: reads }, () => askPort(database))))
}

async function holdReplay(): Promise<void> {
  const admins = replicas.map(({ url }) => poolOn(url))
  await Promise.all(admins.map((admin) => admin.query('select pg_wal_replay_pause()')))
  onTestFinished(async () => void (await Promise.all(replicas.map(resumeReplay))))
}

async function resumeReplay({ url }: Service): Promise<void> {
  await poolOn(url).query('select pg_wal_replay_resume()')
}

let onPrimary: number
let onReplicas: Set<number>

beforeEach(() => {
  onPrimary = primary.port
  onReplicas = new Set(replicas.map((replica) => replica.port))
})

describe('with replicas', () => {
  test('selects go to all of them, in turn', async () => {
    expect(await portsOfReads(await open({ min: 2, max: 4 }))).toEqual(onReplicas)
  })

  test('whatever writes, or may write, goes to the primary', async () => {
    const database = await open({ readYourWrites: false })
    const locking = database.selectFrom('book').select(port).forUpdate()
    const writing = database
      .with('new', (db) => db.insertInto('book').values({ title: 'Emma' }).returning('id'))
      .selectFrom('new')
      .select(port)
    const raw = sql<{ port: number }>`select inet_server_port() as port`
    const locked = database
      .selectFrom(sql<object>`(values (1))`.as('one'))
      .select([port, sql`pg_advisory_lock(1)`.as('lock')])
    const inserted = database.insertInto('book').values({ title: 'Kim' }).returning(port)
    expect(await inserted.execute()).toEqual([{ port: onPrimary }])
    expect(await writing.execute()).toEqual([{ port: onPrimary }])
    expect((await locking.execute())[0]).toEqual({ port: onPrimary })
    expect((await raw.execute(database)).rows).toEqual([{ port: onPrimary }])
    expect(await locked.execute()).toMatchObject([{ port: onPrimary }])
  })

  test('a select whose function writes is answered by the primary', async () => {
    const database = await open()
    const next = database
      .selectFrom(sql<object>`(values (1))`.as('one'))
      .select([port, sql`nextval('book_id_seq')`.as('id')])
    expect(await next.execute()).toMatchObject([{ port: onPrimary }])
    const opened = database.replicaPools.map((pool) => pool.stats().opened)
    expect(await next.execute()).toMatchObject([{ port: onPrimary }])
    // It is not asked of a replica again, which would cost a connection each time.
    expect(database.replicaPools.map((pool) => pool.stats().opened)).toEqual(opened)
    await inRequest(async () => expect(await portsOfReads(database)).toEqual(onReplicas))
  })

  test('a transaction goes to the primary, as a whole', async () => {
    const database = await open()
    expect(await transaction(database, (trx) => askPort(trx))).toBe(onPrimary)
    const controlled = await database.startTransaction().execute()
    expect(await askPort(controlled)).toBe(onPrimary)
    await controlled.rollback().execute()
  })

  test('statements can be sent to the primary, or to a replica, on purpose', async () => {
    const database = await open()
    expect(await askPort(database.primary)).toBe(onPrimary)
    const { rows } = await sql<{ port: number }>`select inet_server_port() as port`.execute(database.replica)
    expect(onReplicas).toContain(rows[0]?.port)
    const report = transaction(database.replica, (trx) => askPort(trx), {
      readOnly: true,
      isolation: 'repeatable read',
    })
    expect(onReplicas).toContain(await report)
  })

  test('a session that writes stays on the primary until it is given back', async () => {
    const database = await open({ readYourWrites: false })
    await database.connection().execute(async (session) => {
      await sql`set application_name = 'session'`.execute(session)
      expect(await askPort(session)).toBe(onPrimary)
    })
    expect(onReplicas).toContain(await askPort(database))
  })

  test('rejects a statement that is wrong without asking another server', async () => {
    const database = await open()
    const wrong = database.selectFrom('book').select(sql`1 / 0`.as('nothing'))
    await database.insertInto('book').values({ title: 'Ulysses' }).execute()
    expect(await failureOf(wrong.execute())).toMatchObject({ code: '22012' })
  })

  test('a server that takes writes is not taken for a replica', async () => {
    const database = createDatabase<Tables>({ connectionString: primary.url, replicas: [primary.url], lagCheckMs: 10 })
    onTestFinished(() => database.destroy())
    await expect(askPort(database)).resolves.toBe(onPrimary)
    await inRequest(async () => expect(await portsOfReads(database)).toEqual(new Set([onPrimary])))
    expect(database.replicaLags()).toMatchObject([{ isUsed: false }])
    expect(database.replicaPools[0]?.stats().opened).toBe(0)
  })

  test('connects to none of them before it is asked, but to tell how far they are', async () => {
    const database = await open()
    expect(database.replicaPools.map((pool) => pool.stats().total)).toEqual([0, 0])
  })

  test('closes all pools when it is destroyed', async () => {
    const database = await open()
    await portsOfReads(database)
    await database.destroy()
    expect([database.pool, ...database.replicaPools].map((pool) => pool.stats().total)).toEqual([0, 0, 0])
    const admin = poolOn(primary.url)
    const count = `select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
    await vi.waitFor(async () => expect((await admin.query(count)).rows).toEqual([{ n: 0 }]))
  })

  test.each([
    [{ replicas: [] as string[], readYourWrites: 'always' }, "'readYourWrites' must be one of"],
    [{ replicas: 'postgres://u:s3cret@b/shop' }, "'replicas' must be an array"],
    [{ replicas: ['mysql://u:s3cret@b/shop'] }, "'connectionString' must be a URL"],
    [{ readYourWrites: { msec: 5 } }, "'msec' is not an option"],
    [{ maxLagMs: 0 }, "'maxLagMs' must be a whole number of milliseconds from 1"],
  ])('refuses %j', (options, message) => {
    const create = () => createDatabase({ connectionString: primary.url, ...(options as object) })
    expect(create).toThrow(message)
    expect(create).not.toThrow('s3cret')
  })
})

describe('a request reads its own writes', () => {
  test('from the primary until a replica has replayed them, and then from there', async () => {
    const database = await open()
    await holdReplay()
    const titles = () => database.selectFrom('book').select('title').where('title', '=', 'Dubliners').execute()
    await inRequest(async () => {
      await database.insertInto('book').values({ title: 'Dubliners' }).execute()
      expect(await titles()).toEqual([{ title: 'Dubliners' }])
      expect(await portsOfReads(database)).toEqual(new Set([onPrimary]))
      await inRequest(async () => expect(await askPort(database)).toBe(onPrimary))
      await Promise.all(replicas.map(resumeReplay))
      await vi.waitFor(async () => expect(await portsOfReads(database)).toEqual(onReplicas), { timeout: 10_000 })
      expect(await titles()).toEqual([{ title: 'Dubliners' }])
    })
  })

  test('after a commit as well, and another request still reads from replicas', async () => {
    const database = await open()
    await holdReplay()
    await inRequest(async () => {
      await transaction(database, (trx) => trx.insertInto('book').values({ title: 'Exiles' }).execute())
      expect(await askPort(database)).toBe(onPrimary)
    })
    await inRequest(async () => expect(onReplicas).toContain(await askPort(database)))
  })

  test('and so does all that runs outside of any request', async () => {
    const database = await open()
    await holdReplay()
    await database.insertInto('book').values({ title: 'Chamber Music' }).execute()
    expect(await askPort(database)).toBe(onPrimary)
  })

  test('for a time, where that is asked for', async () => {
    const database = await open({ readYourWrites: { ms: 300 } })
    await inRequest(async () => {
      await database.insertInto('book').values({ title: 'Giacomo' }).execute()
      expect(await askPort(database)).toBe(onPrimary)
      await vi.waitFor(async () => expect(onReplicas).toContain(await askPort(database)), { timeout: 5000 })
    })
  })

  test('unless that is switched off', async () => {
    const database = await open({ readYourWrites: false })
    await database.insertInto('book').values({ title: 'Stephen' }).execute()
    expect(onReplicas).toContain(await askPort(database))
  })
})

describe('a replica', () => {
  test('that lags behind by more than the limit in time is not read from', async () => {
    const database = await open({ maxLagMs: 100 })
    await holdReplay()
    await database.insertInto('book').values({ title: 'Late' }).execute()
    await vi.waitFor(() => expect(database.replicaLags().map(({ isUsed }) => isUsed)).toEqual([false, false]), {
      timeout: 5000,
    })
    await inRequest(async () => expect(await portsOfReads(database)).toEqual(new Set([onPrimary])))
  })

  test('that lags behind by more than the limit in bytes is not read from', async () => {
    const database = await open({ maxLagBytes: 10_000 })
    await holdReplay()
    await sql`insert into book (title) select repeat('x', 100) from generate_series(1, 1000)`.execute(database)
    await vi.waitFor(() => expect(database.replicaLags()[0]).toMatchObject({ isUsed: false }), { timeout: 5000 })
    expect(database.replicaLags()[0]?.bytes).toBeGreaterThan(10_000)
  })

  test('that is killed costs no read an error, and is read from again when it is back', async () => {
    const database = await open()
    expect(await portsOfReads(database)).toEqual(onReplicas)
    const [dying, staying] = replicas
    await dying?.kill()
    expect(await portsOfReads(database, 50)).not.toContain(dying?.port)
    expect(await portsOfReads(database, 50)).toContain(staying?.port)
    await dying?.restart()
    await vi.waitFor(async () => expect(await portsOfReads(database)).toEqual(onReplicas), { timeout: 15_000 })
  }, 30_000)

  test('that has no connection free leaves the read to the others, and at last to the primary', async () => {
    const database = await open({ max: 1, acquireTimeoutMs: 200 })
    const held = await Promise.all(database.replicaPools.map((pool) => pool.connect()))
    expect(await askPort(database)).toBe(onPrimary)
    for (const client of held) client.release()
    await vi.waitFor(async () => expect(onReplicas).toContain(await askPort(database)), { timeout: 10_000 })
  }, 20_000)

  test('is not to blame for a value that cannot be sent', async () => {
    const database = await open({ lagCheckMs: 200 })
    const value = {
      toPostgres() {
        throw new Error('no such value')
      },
    } as unknown as number
    const failure = await failureOf(database.selectFrom('book').select('id').where('id', '=', value).execute())
    expect(failure.message).toBe('no such value')
    expect(database.replicaLags()).toMatchObject([{ isUsed: true }, { isUsed: true }])
  })

  test('that freezes is not read from any more after a moment', async () => {
    const database = await open()
    const [frozen, staying] = replicas
    await frozen?.pause()
    onTestFinished(() => frozen?.resume())
    await vi.waitFor(() => expect(database.replicaLags()[0]?.isUsed).toBe(false), { timeout: 10_000 })
    expect(await portsOfReads(database)).toEqual(new Set([staying?.port]))
  }, 20_000)

  test('answers while the primary is gone', async () => {
    const database = await open()
    await inRequest(async () => {
      await primary.kill()
      expect(await portsOfReads(database)).toEqual(onReplicas)
      await primary.restart()
      await vi.waitFor(async () => expect(await askPort(database.primary)).toBe(onPrimary), { timeout: 10_000 })
    })
  }, 30_000)
})
