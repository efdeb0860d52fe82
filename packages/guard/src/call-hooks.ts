import { isFinalStatus, isPromise } from './admit.ts'
import type { End, Exchange, Head } from './guard.ts'
import type { Moment } from './report-error.ts'
import type { Stack } from './stack.ts'

/** An exchange whose guards have a say in its head and its end. */
export interface Hooked extends Exchange {
  readonly stack: Stack
  /** The guards have been told of the end. */
  ended: boolean
  /** Reports what a guard threw where no framework could catch it. */
  report(error: unknown, guard: string, moment: Moment): void
}

/** Calls every `onHead`. Never throws. */
export function callOnHead(exchange: Hooked, head: Head): void {
  for (const guard of exchange.stack.head) {
    const { status } = head
    try {
      watchPromise(exchange, guard.onHead(exchange, head), guard.name, 'onHead')
    } catch (error) {
      exchange.report(error, guard.name, 'onHead')
    }
    if (head.status === status || isFinalStatus(head.status)) continue
    const must = `must be an integer from 200 to 599: current value is ${String(head.status)}`
    head.status = status
    exchange.report(new RangeError(`Cannot change the head as its 'status' ${must}`), guard.name, 'onHead')
  }
}

/** Calls every `onClose`, once an exchange. Never throws. */
export function callOnClose(exchange: Hooked, end: End): void {
  if (exchange.ended) return
  exchange.ended = true
  for (const guard of exchange.stack.close) {
    try {
      watchPromise(exchange, guard.onClose(exchange, end), guard.name, 'onClose')
    } catch (error) {
      exchange.report(error, guard.name, 'onClose')
    }
  }
}

/** A hook may have been written `async` although nobody waits for it: its rejection would end the process. */
function watchPromise(exchange: Hooked, result: unknown, guard: string, moment: Moment): void {
  if (isPromise(result)) result.then(undefined, (error: unknown) => exchange.report(error, guard, moment))
}
