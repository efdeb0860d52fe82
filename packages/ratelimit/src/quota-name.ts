import type { Quota } from './store.ts'

/** What counters of one quota have in common, and no others: quotas that differ in nothing but the block share them. */
export function quotaName({ algorithm, limit, windowMs, burst }: Quota): string {
  return `${algorithm}:${limit}/${windowMs}${algorithm === 'gcra' ? `+${burst}` : ''}`
}
