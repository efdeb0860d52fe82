/** A time in which loads are collected. */
export interface ScheduleWindow {
  /** How long after its first load a batch is sent, in milliseconds. */
  readonly windowMs: number
}

/**
 * When a batch is sent. `'tick'`: when everything that is due in this turn of the event loop has run, as DataLoader does.
 * `{ windowMs }`: so many milliseconds after its first load. `'manual'`: when `dispatch` is called.
 */
export type Schedule = 'tick' | 'manual' | ScheduleWindow

const settled = Promise.resolve()

/**
 * Decides when a batch is sent: calls `dispatch` then, or never with `'manual'`.
 *
 * A tick ends when all promise reactions that are due have run, and those that follow from them. `nextTick` alone would
 * come before them, so it is asked for from within a reaction: Node then runs it after the last one.
 */
export function scheduler(schedule: Schedule): (dispatch: () => void) => void {
  if (schedule === 'manual') return () => undefined
  if (schedule === 'tick') {
    return (dispatch) => {
      void settled.then(() => process.nextTick(dispatch))
    }
  }
  return (dispatch) => {
    // not unref'd: loads wait behind it, and a process that ended before would drop them
    setTimeout(dispatch, schedule.windowMs)
  }
}

/** A schedule of the caller's own. It may call back at once, which must not make the batch miss its first key. */
export function ownSchedule(schedule: (dispatch: () => void) => void): (dispatch: () => void) => void {
  return (dispatch) => {
    let hasReturned = false
    schedule(() => {
      if (hasReturned) dispatch()
      else queueMicrotask(dispatch)
    })
    hasReturned = true
  }
}
