import type { Failures } from './failures.ts'
import type { Level } from './level.ts'
import type { MemoryGate } from './memory-gate.ts'
import type { CacheSettings } from './options.ts'
import type { Counters } from './stats.ts'

/** The parts of a cache that a load needs. */
export interface LoadParts {
  readonly settings: CacheSettings
  readonly gate: MemoryGate
  readonly levels: readonly Level[]
  readonly counters: Counters
  readonly failures: Failures
  readonly closing: AbortController
}
