import { readFile } from 'node:fs/promises'
import type { TrialResult } from '../benchmark.ts'
import { resultsFile, type Circumstances, type RaceResult } from '../results.ts'
import type { BookstoreRow } from './bookstore-trial.ts'
import type { HeadlineRow } from './headline-trial.ts'

/** What a run of the benchmark has shown. */
export interface StackResults extends Circumstances {
  readonly races: readonly RaceResult[]
  readonly bookstore: TrialResult<BookstoreRow>
  readonly headline: TrialResult<HeadlineRow>
}

/** Reads what the last run has written. */
export async function readStackResults(): Promise<StackResults> {
  const { trials, ...results } = JSON.parse(await readFile(resultsFile('stack'), 'utf8')) as StackResults & {
    // in the order in which the benchmark lists them
    readonly trials: readonly [StackResults['bookstore'], StackResults['headline']]
  }
  const [bookstore, headline] = trials
  return { ...results, bookstore, headline }
}
