import { channel } from 'node:diagnostics_channel'
import { isField } from './field.ts'
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

/** An exchange as `admit` needs it. */
export interface Admittable extends Exchange {
  /** The guard that was asked last. */
  asked: string
  /** The guards have been told of the end. */
  readonly ended: boolean
}

const replies = channel('seawall:guard:reply')

/**
 * What stops a request whose client has gone: a guard that was asked after it was told of the end would never learn to let
 * go of what it holds. Nobody receives it.
 */
const clientGone: Reply = { status: 499 }

/** Asks guards in order until one replies. Makes no promise unless a guard made one. */
export function admit(guards: readonly With<'onRequest'>[], exchange: Admittable): Awaitable<Reply | undefined> {
  for (let index = 0; index < guards.length; index++) {
    if (exchange.ended) return clientGone
    const guard = guards[index] as With<'onRequest'>
    exchange.asked = guard.name
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
  exchange: Admittable,
): Promise<Reply | undefined> {
  let pending: Awaitable<Reply | undefined> = first
  for (let index = start; ;) {
    const verdict = await pending
    const guard = guards[index] as With<'onRequest'>
    if (verdict !== undefined) return accept(verdict, guard, exchange)
    if (exchange.ended) return clientGone
    const next = guards[++index]
    if (next === undefined) return undefined
    exchange.asked = next.name
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

/**
 * Refuses a reply that could not be sent, here and not where it is sent: there no framework would catch it.
 *
 * @throws TypeError or RangeError naming the guard, and never a header's value.
 */
export function checkReply(reply: Reply, guard: string): void {
  const { status, headers, body } = Object(reply) as Reply
  if (!isFinalStatus(status))
    throw new RangeError(
      `Cannot answer for guard '${guard}' as its reply's 'status' must be an integer from 200 to 599: current value is ${String(status)}`,
    )
  if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new TypeError(
      `Cannot answer for guard '${guard}' as its reply's 'body' must be a string or Uint8Array: current value is ${typeof body}`,
    )
  if (headers === undefined || headers === null) return
  for (const [name, value] of Object.entries(headers)) {
    if (!isField(name, value))
      throw new TypeError(
        `Cannot answer for guard '${guard}' as its reply's header '${name}' must be a lower-case name with a value of visible characters`,
      )
  }
}

/** Whether a response can end with a status. */
export function isFinalStatus(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599
}
