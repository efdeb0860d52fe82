import { startPostgres } from '@seawall/services'
import pg from 'pg'
import type { Contest, ContestBar, ContestBenchmark, ContestContender, ContestRow } from '../contest.ts'
import { bookCount } from '../pooled-db/by-key.ts'

type Rows = ReadonlyMap<string, ContestRow>

/** What a statement, a connection and a refusal cost, and what violations and restarts do. */
export const pooledDbBenchmark: ContestBenchmark = {
  name: 'pooled-db',
  about: 'what do a row by its key, a borrowed connection and a refused caller cost, and what does a restart do?',
  async open(quick) {
    const server = await startPostgres()
    try {
      await fill(server.url)
    } catch (error) {
      await server.stop()
      throw error
    }
    const contests = [
      ...[1, 16, 256].map((concurrency) => byKey(quick, server.url, concurrency)),
      borrow(quick, server.url),
      violations(quick, server.url),
      refusal(quick, server.url),
      restart(quick),
    ]
    return { contests, close: () => server.stop() }
  },
}

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create table book (id int primary key, title text not null, author_id int not null)')
  await client.query(`insert into book select n, 'title ' || n, n % 100 from generate_series(1, ${bookCount}) n`)
  await client.query('create table tag (name text primary key)')
  await client.query('analyze')
  await client.end()
}

function byKey(quick: boolean, url: string, concurrency: number): Contest {
  const names = ['Kysely on pg-pool', 'createDatabase', 'pg-pool', 'pool'] as const
  const operations = concurrency === 1 ? 5_000 : 20_000
  return {
    title: `A row by its key, 10 connections, ${concurrency} callers; pg-pool and pool by a named statement`,
    contenders: names.map((name) => contender('by-key', name, { url, contender: name, concurrency })),
    ...(quick ? { launches: 1, rounds: 2 } : { launches: 3, rounds: 6 }),
    operations: quick ? operations / 10 : operations,
    warmUp: quick ? operations / 10 : operations,
    bars: [speed('createDatabase', 'Kysely on pg-pool', concurrency === 1 ? 1.5 : 1.8), speed('pool', 'pg-pool', 1)],
  }
}

function borrow(quick: boolean, url: string): Contest {
  return {
    title: 'A free connection is borrowed and given back',
    contenders: (['pg-pool', 'pool'] as const).map((name) => contender('borrow', name, { url, contender: name })),
    ...(quick ? { launches: 1, rounds: 3 } : { launches: 5, rounds: 10 }),
    operations: 100_000,
    warmUp: 100_000,
    bars: [{ text: 'pool, µs', limit: 1, is: 'at most', measure: (rows) => row(rows, 'pool').wallNs / 1000 }],
  }
}

function violations(quick: boolean, url: string): Contest {
  const names = ['pg-pool', 'pool'] as const
  return {
    title: '10,000 inserts by 16 callers, of which one in twenty breaks a unique constraint',
    contenders: names.map((name) => contender('violations', name, { url, contender: name })),
    ...(quick ? { launches: 1, rounds: 1 } : { launches: 2, rounds: 3 }),
    operations: quick ? 1_000 : 10_000,
    warmUp: 100,
    bars: [figure('pool', 'connections opened', 0)],
  }
}

function refusal(quick: boolean, url: string): Contest {
  return {
    title: '10,000 callers beyond the limit',
    contenders: [contender('refusal', 'pool', { url })],
    ...(quick ? { launches: 1, rounds: 3 } : { launches: 3, rounds: 10 }),
    operations: 10_000,
    warmUp: 10_000,
    bars: [figure('pool', 'µs a refusal', 10), figure('pool', 'heap bytes left by each', 1)],
  }
}

function restart(quick: boolean): Contest {
  const names = ['Kysely on pg-pool', 'createDatabase'] as const
  return {
    title: 'A server is killed and started again, under the load of 20 callers',
    contenders: names.map((name) => contender('restart', name, { contender: name })),
    launches: 1,
    rounds: quick ? 1 : 10,
    operations: 1,
    warmUp: 0,
    bars: [figure('createDatabase', 'ms until first success', 250), figure('createDatabase', 'uncaught exceptions', 0)],
  }
}

function contender(module: string, name: string, setting: unknown): ContestContender {
  return { name, module: new URL(`../pooled-db/${module}.ts`, import.meta.url), setting }
}

/** Turn by turn against the first contender, where that is the other; else by medians. */
function speed(name: string, other: string, limit: number): ContestBar {
  return {
    text: `${name}: times as fast as ${other}`,
    limit,
    is: 'at least',
    measure: (rows) => row(rows, name).ratio / row(rows, other).ratio,
  }
}

function figure(name: string, of: string, limit: number): ContestBar {
  return { text: `${name}: ${of}`, limit, is: 'at most', measure: (rows) => row(rows, name).figures[of] ?? Number.NaN }
}

function row(rows: Rows, name: string): ContestRow {
  const found = rows.get(name)
  if (found === undefined) throw new Error(`Cannot hold a bar against '${name}' as it is not in the contest`)
  return found
}
