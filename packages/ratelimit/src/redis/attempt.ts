import { StoreUnavailableError } from '../errors.ts'
import type { Breaker } from './breaker.ts'
import type { RedisClient } from './redis-options.ts'
import type { Script } from './script.ts'
import type { ServerClock } from './server-clock.ts'

/** What a script is called with, and what becomes of a reply that nobody waits for any more. */
export interface Call {
  readonly script: Script
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
  onLate?(reply: readonly number[]): void
}

/** What attempts share. */
export interface Line {
  readonly redis: RedisClient
  readonly breaker: Breaker
  readonly clock: ServerClock
  readonly deadlineMs: number
}

/**
 * One call with a deadline. It carries the deadline with it, by the server's clock, so that a call which is run too late
 * changes nothing; one that was run in time but whose reply comes too late goes to `onLate`.
 */
export class Attempt {
  readonly #line: Line
  readonly #call: Call
  readonly #resolve: (reply: readonly number[]) => void
  readonly #reject: (error: unknown) => void
  readonly #endMs: number
  readonly #timer: NodeJS.Timeout
  #isOver = false

  constructor(line: Line, call: Call, resolve: (reply: readonly number[]) => void, reject: (error: unknown) => void) {
    this.#line = line
    this.#call = call
    this.#resolve = resolve
    this.#reject = reject
    this.#endMs = performance.now() + line.deadlineMs
    // When this process was busy, the answer may be here already, unread: sockets are read before immediates run.
    this.#timer = setTimeout(() => setImmediate(() => this.#expire()), line.deadlineMs).unref()
    line.breaker.began()
    this.#send(true)
  }

  #send(isFirst: boolean): void {
    const { redis, clock } = this.#line
    const sentMs = performance.now()
    run(redis, this.#call, clock.at(this.#endMs)).then(
      (reply) => this.#replied(reply, sentMs, isFirst),
      (cause: unknown) => {
        this.#end()
        this.#fail(new StoreUnavailableError('Cannot decide as Redis refused', { cause }))
      },
    )
  }

  #replied(reply: unknown, sentMs: number, isFirst: boolean): void {
    if (!isReply(reply)) {
      this.#end()
      this.#fail(new StoreUnavailableError('Cannot decide as Redis replied no decision'))
      return
    }
    this.#line.clock.learn(reply[0], sentMs, performance.now())
    const isTooLate = reply.length === 1
    if (isTooLate && isFirst && !this.#isOver) {
      // Too late by a clock that is not what it was taken for.
      this.#send(false)
      return
    }
    this.#end()
    if (isTooLate) this.#expire()
    else if (this.#isOver) this.#call.onLate?.(reply)
    else this.#succeed(reply)
  }

  #succeed(reply: readonly number[]): void {
    this.#isOver = true
    this.#line.breaker.succeeded()
    this.#resolve(reply)
  }

  #expire(): void {
    this.#fail(new StoreUnavailableError(`Cannot decide as Redis did not answer in ${this.#line.deadlineMs} ms`))
  }

  #fail(error: StoreUnavailableError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#line.breaker.failed(performance.now())
    this.#reject(error)
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#line.breaker.ended()
  }
}

async function run(redis: RedisClient, { script, keys, args }: Call, deadlineUs: number): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha1, keys.length, ...keys, deadlineUs, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return redis.eval(script.source, keys.length, ...keys, deadlineUs, ...args)
  }
}

function isReply(reply: unknown): reply is readonly [number, ...number[]] {
  return Array.isArray(reply) && reply.length > 0 && reply.every((value) => Number.isSafeInteger(value))
}
