import type { Guard, GuardsSetting } from '../batcher/guards.ts'
import type { Library } from '../batcher/loaders.ts'
import type { LoadsSetting } from '../batcher/loads.ts'
import type { Contest, ContestBar, ContestBenchmark, ContestRow } from '../contest.ts'

type Rows = ReadonlyMap<string, ContestRow>

const libraries: readonly Library[] = ['dataloader', 'Batcher']
const moduleOf = (name: string) => new URL(`../batcher/${name}.ts`, import.meta.url)

/** What a loader adds to the work of its batch function, and a guard to a statement. */
export const batcherBenchmark: ContestBenchmark = {
  name: 'batcher',
  about:
    'what a load costs beside dataloader, with a batch function that answers at once, and what guards cost a statement',
  async open(quick) {
    const contests = [
      loads(quick, '10 keys', { loads: 10, keys: 10 }),
      loads(quick, '100 keys', { loads: 100, keys: 100 }),
      loads(quick, '1,000 keys', { loads: 1_000, keys: 1_000 }),
      loads(quick, '10,000 keys', { loads: 10_000, keys: 10_000 }),
      loads(quick, '10,000 loads of 10 keys', { loads: 10_000, keys: 10 }),
      loads(quick, '1,000 keys by loadMany', { loads: 1_000, keys: 1_000, many: true }),
      loads(quick, '1,000 keys without a cache', { loads: 1_000, keys: 1_000, cache: false }),
      memory(quick),
      guards(quick, 'a request of 20 statements, 5 different ones', { statements: 20, texts: 5 }),
      guards(quick, 'a request that sends one statement 100 times, and is reported', { statements: 100, texts: 1 }),
    ]
    return { contests, close: async () => undefined }
  },
}

function loads(quick: boolean, title: string, setting: Omit<LoadsSetting, 'library'>): Contest {
  return {
    title: `${title} in a tick, a loader for each tick; figures are for a load`,
    contenders: libraries.map((library) => ({
      name: library,
      module: moduleOf('loads'),
      setting: { ...setting, library },
    })),
    ...(quick ? { launches: 1, rounds: 4 } : { launches: 7, rounds: 15 }),
    operations: 200_000,
    warmUp: 200_000,
    bars: [{ text: "Batcher, × dataloader's time", limit: 1, is: 'at most', measure: timeRatio }],
  }
}

function memory(quick: boolean): Contest {
  return {
    title: '100,000 keys of one loader: heap while all wait, and when all are loaded',
    contenders: libraries.map((library) => ({ name: library, module: moduleOf('memory'), setting: { library } })),
    ...(quick ? { launches: 1, rounds: 2 } : { launches: 3, rounds: 5 }),
    operations: 100_000,
    warmUp: 100_000,
    bars: [figureBar('bytes a key, held'), figureBar('bytes a key, waiting')],
  }
}

/** A connection that answers at once, bare and counted on: the difference is what counting adds to a real statement. */
function guards(quick: boolean, title: string, setting: Omit<GuardsSetting, 'guard'>): Contest {
  const names: readonly Guard[] = ['none', 'counted', 'queryBudget', 'repeatDetector']
  return {
    title: `${title}; figures are for a statement`,
    contenders: names.map((guard) => ({ name: guard, module: moduleOf('guards'), setting: { ...setting, guard } })),
    ...(quick ? { launches: 1, rounds: 4 } : { launches: 5, rounds: 15 }),
    operations: 100_000,
    warmUp: 100_000,
    bars: [],
  }
}

function figureBar(figure: string): ContestBar {
  const of = (rows: Rows, library: Library) => rows.get(library)?.figures[figure] ?? Number.NaN
  const measure = (rows: Rows) => of(rows, 'Batcher') / of(rows, 'dataloader')
  return { text: `Batcher, × dataloader's ${figure}`, limit: 0.7, is: 'at most', measure }
}

/** Turn by turn: `ratio` is a multiple of the first contender's speed. */
function timeRatio(rows: Rows): number {
  return 1 / (rows.get('Batcher')?.ratio ?? Number.NaN)
}
