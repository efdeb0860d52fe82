import { channel } from 'node:diagnostics_channel'
import type { Awaitable, Exchange, Reply } from './guard.ts'
import type { With } from './stack.ts'

/** What `seawall:guard:reply` tells when a guard answers in the handler's place. */
export interface ReplyMessage {
  /** The guard's name. */
  readonly guard: string
  /** The status it answered with. */
  readonly status: number
  /** The request's method. */
  readonly method: string
  /** The request's path, not decoded, without its query. */
  readonly path: string
}

const replies = channel('seawall:guard:reply')

/** Asks guards in order until one replies. Makes no promise unless a guard made one. */
export function admit(guards: readonly With<'onRequest'>[], exchange: Exchange): Awaitable<Reply | undefined> {
  for (let index = 0; index < guards.length; index++) {
    const guard = guards[index] as With<'onRequest'>
    const verdict = guard.onRequest(exchange)
    if (verdict === undefined) continue
    if (isPromise(verdict)) return admitLater(guards, index, verdict, exchange)
    return accept(verdict, guard, exchange)
  }
  return undefined
}

async function admitLater(
  guards: readonly With<'onRequest'>[],
  start: number,
  first: Promise<Reply | undefined>,
  exchange: Exchange,
): Promise<Reply | undefined> {
  let pending: Awaitable<Reply | undefined> = first
  for (let index = start; ;) {
    const verdict = await pending
    const guard = guards[index] as With<'onRequest'>
    if (verdict !== undefined) return accept(verdict, guard, exchange)
    const next = guards[++index]
    if (next === undefined) return undefined
    pending = next.onRequest(exchange)
  }
}

/** Whether a value is a promise, ours or somebody else's. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

function accept(reply: Reply, guard: With<'onRequest'>, exchange: Exchange): Reply {
  checkReply(reply, guard.name)
  if (replies.hasSubscribers) {
    const message: ReplyMessage = {
      guard: guard.name,
      status: reply.status,
      method: exchange.method,
      path: exchange.path,
    }
    replies.publish(message)
  }
  return reply
}

/** Refuses a reply that could not be sent. */
export function checkReply(reply: Reply, guard: string): void {
  const status: unknown = (reply as Reply | null)?.status
  if (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599) return
  throw new RangeError(
    `Cannot answer for guard '${guard}' as its reply's 'status' must be an integer from 200 to 599: current value is ${String(status)}`,
  )
}
