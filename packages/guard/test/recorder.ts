import type { End, Guard } from '../src/index.ts'

/** A guard that keeps how exchanges ended. */
export interface Recorder {
  readonly guard: Guard
  /** All ends so far. */
  readonly ends: readonly End[]
  /** The end that comes next. */
  readonly next: () => Promise<End>
}

/** Makes a guard that keeps how exchanges ended. */
export function recorder(): Recorder {
  const ends: End[] = []
  const waiting: ((end: End) => void)[] = []
  const onClose: Guard['onClose'] = (_, end) => {
    ends.push(end)
    waiting.shift()?.(end)
  }
  return { guard: { name: 'recorder', onClose }, ends, next: () => new Promise((resolve) => waiting.push(resolve)) }
}
