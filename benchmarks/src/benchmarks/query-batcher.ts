import { startPostgres } from '@seawall/services'
import type { Contest, ContestBar, ContestBenchmark, ContestContender, ContestRow } from '../contest.ts'
import { fillBookshop, type Bookshop } from '../query-batcher/bookshop.ts'
import { installPrisma } from '../query-batcher/install-prisma.ts'
import type { Way } from '../query-batcher/kysely-catalogue.ts'

type Effort = Pick<Contest, 'launches' | 'rounds' | 'operations' | 'warmUp'>

/** One operation a round, so that the median is a median of operations; contenders warm themselves up. */
const full: Effort = { launches: 3, rounds: 60, operations: 1, warmUp: 0 }
const quick: Effort = { launches: 1, rounds: 5, operations: 1, warmUp: 0 }

/** What `prefetch` and `join` cost beside the same by hand, and beside what else loads relations. */
export const queryBatcherBenchmark: ContestBenchmark = {
  name: 'query-batcher',
  about: 'what prefetch and join cost beside hand-written statements, JSON, Drizzle, Prisma and N+1',
  async open(isQuick) {
    const server = await startPostgres({
      maxConnections: 200,
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    })
    try {
      const shop = { url: server.url, expected: await fillBookshop(server.url) }
      const effort = isQuick ? quick : full
      const contests = [catalogue(shop, effort), naive(shop, effort), topThree(shop, effort), manyKeys(shop, effort)]
      return { contests, close: () => server.stop() }
    } catch (error) {
      await server.stop()
      throw error
    }
  },
}

function catalogue(shop: Bookshop, effort: Effort): Contest {
  return {
    title: 'catalogue: 1,000 books with author, 3 genres each, approved reviews',
    contenders: [
      kysely('prefetch', shop),
      kysely('four by hand', shop),
      kysely('join', shop),
      kysely('three by hand', shop),
      kysely('subquery', shop),
      kysely('json', shop),
      kysely('jsonArrayFrom', shop),
      { name: 'Drizzle', module: module('drizzle-catalogue'), setting: { shop } },
      ...prisma(shop),
    ],
    ...effort,
    bars: [
      times('prefetch', 'four by hand', 'wallNs', 1.1),
      times('prefetch', 'four by hand', 'cpuNs', 1.1),
      times('join', 'three by hand', 'wallNs', 1.1),
      times('join', 'three by hand', 'cpuNs', 1.1),
      faster('prefetch', 'jsonArrayFrom', 1.5),
      faster('prefetch', 'Drizzle', 1.5),
      faster('prefetch', 'Prisma', 1.5),
      times('json', 'jsonArrayFrom', 'wallNs', 1.05),
    ],
  }
}

function naive(shop: Bookshop, effort: Effort): Contest {
  return {
    title: 'catalogue: prefetch beside a statement for each book and relation',
    contenders: [kysely('prefetch', shop), kysely('join', shop), kysely('naive', shop)],
    ...effort,
    launches: 1,
    rounds: Math.min(effort.rounds, 10),
    bars: [
      faster('prefetch', 'naive', 20),
      {
        text: 'statements of prefetch',
        limit: 4,
        is: 'at most',
        measure: (rows) => row(rows, 'prefetch').figures['statements'] ?? NaN,
      },
      {
        text: 'statements of join',
        limit: 3,
        is: 'at most',
        measure: (rows) => row(rows, 'join').figures['statements'] ?? NaN,
      },
    ],
  }
}

function topThree({ url }: Bookshop, effort: Effort): Contest {
  const form = (name: string, perParent: string | undefined): ContestContender => ({
    name,
    module: module('top-three'),
    setting: { url, perParent },
  })
  return {
    title: 'the latest 3 of 2,000 posts for each of 100 threads, indexed',
    contenders: [form('chosen by itself', undefined), form('lateral', 'lateral'), form('window', 'window')],
    ...effort,
    bars: [faster('chosen by itself', 'window', 10)],
  }
}

function manyKeys({ url }: Bookshop, effort: Effort): Contest {
  const way = (name: string): ContestContender => ({ name, module: module('many-keys'), setting: { url, way: name } })
  return {
    title: 'a row for each of 70,000 keys',
    contenders: [way('prefetchRows'), way('by hand')],
    ...effort,
    rounds: Math.min(effort.rounds, 20),
    bars: [],
  }
}

function kysely(way: Way, shop: Bookshop): ContestContender {
  return { name: way, module: module('kysely-catalogue'), setting: { shop, way } }
}

/** Prisma, where it could be installed. */
function prisma(shop: Bookshop): ContestContender[] {
  const installed = installPrisma()
  if ('folder' in installed)
    return [{ name: 'Prisma', module: module('prisma-catalogue'), setting: { shop, folder: installed.folder } }]
  console.log(`  Prisma is left out as it could not be installed: ${installed.missing}`)
  return []
}

function module(name: string): URL {
  return new URL(`../query-batcher/${name}.ts`, import.meta.url)
}

function times(contender: string, other: string, what: 'wallNs' | 'cpuNs', limit: number): ContestBar {
  return {
    text: `${contender}: ${what === 'wallNs' ? 'time' : 'CPU'} as a multiple of ${other}`,
    limit,
    is: 'at most',
    measure: (rows) => row(rows, contender)[what] / row(rows, other)[what],
  }
}

function faster(contender: string, other: string, limit: number): ContestBar {
  return {
    text: `${contender}: times as fast as ${other}`,
    limit,
    is: 'at least',
    // a contender that is not there says nothing
    measure: (rows) => (rows.get(other)?.wallNs ?? NaN) / row(rows, contender).wallNs,
  }
}

function row(rows: ReadonlyMap<string, ContestRow>, contender: string): ContestRow {
  const found = rows.get(contender)
  if (found === undefined) throw new Error(`Cannot hold a bar against '${contender}' as it is not in the contest`)
  return found
}
