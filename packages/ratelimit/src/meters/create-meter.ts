import type { Quota } from '../store.ts'
import { BucketMeter } from './bucket-meter.ts'
import { LogMeter } from './log-meter.ts'
import type { Meter } from './meter.ts'
import { WindowMeter } from './window-meter.ts'

/** Makes the meter that a quota's algorithm names. */
export function createMeter(quota: Quota): Meter {
  if (quota.algorithm === 'gcra') return new BucketMeter(quota)
  return quota.algorithm === 'exact' ? new LogMeter(quota) : new WindowMeter(quota)
}
