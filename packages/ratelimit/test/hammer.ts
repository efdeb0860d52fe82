import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How processes hammer one key. */
export interface Hammering {
  readonly url: string
  readonly prefix: string
  readonly processes: number
  readonly limit: number
  readonly windowMs: number
  readonly forMs: number
  readonly lease?: number
}

/** Between which moments, in microseconds, a request was admitted. */
export type Moments = readonly [earliest: number, latest: number]

/** What came of it. */
export interface Hammered {
  /** What was admitted to any process, in order. */
  readonly admitted: readonly Moments[]
  /** How many leases were there before they were needed. */
  readonly ahead: number
}

/** Lets processes ask for one key as fast as they can. */
export async function hammer(hammering: Hammering): Promise<Hammered> {
  const { url, prefix, processes, limit, windowMs, forMs, lease = 1 } = hammering
  const script = new URL('consume-in-process.ts', import.meta.url).pathname
  const numbers = [processes, limit, windowMs, forMs, lease].map(String)
  const ends = Array.from({ length: processes }, () =>
    run(process.execPath, [script, url, prefix, ...numbers], { timeout: 60_000 }),
  )
  const results = (await Promise.all(ends)).map(({ stdout }) => JSON.parse(stdout) as Hammered)
  return {
    admitted: results.flatMap(({ admitted }) => admitted).toSorted(([a], [b]) => a - b),
    ahead: results.reduce((sum, { ahead }) => sum + ahead, 0),
  }
}

/** How many were admitted in a window from a moment on. */
export function admittedIn(stamps: readonly number[], from: number, windowMs: number): number {
  return stamps.filter((stamp) => stamp >= from && stamp < from + windowMs * 1_000).length
}
