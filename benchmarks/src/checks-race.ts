import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { protect } from '@seawall/guard/node'
import type { Guard, GuardOptions } from '@seawall/guard'
import { interquartileRange, median } from './statistics.ts'

/** A guard on one kind of request, measured against a guard that does nothing. */
export interface Check {
  /** What tables call it. */
  readonly name: string
  readonly guard: Guard
  readonly options?: GuardOptions
  readonly method: string
  /** The headers of the nth request. */
  readonly headers: (n: number) => Readonly<Record<string, string>>
  /** What it may cost, in nanoseconds a request. */
  readonly limitNs: number
}

/** What was measured of a check. */
export interface CheckRow {
  readonly check: string
  /** What it costs beyond the guard that does nothing: the median over rounds. */
  readonly addedNs: number
  readonly spreadNs: number
  readonly limitNs: number
}

const nothing: Guard = { name: 'nothing', onRequest: () => undefined }
/** Few enough that no garbage is collected while they are measured. */
const requestsInRound = 200

/**
 * Measures a check: requests are made outside the measured time, from their headers as Node would have parsed them, and
 * walk through `protect` into a handler that does nothing. Rounds with the check and with nothing take turns.
 */
export function measureCheck(check: Check, rounds: number): CheckRow {
  let seen = 0
  const handler = (): void => void seen++
  const contenders = [
    protect([nothing], handler, check.options),
    protect([check.guard], handler, check.options),
  ] as const
  const added: number[] = []
  for (let round = 0; round < rounds; round++) {
    const times = [0, 0]
    for (const at of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) times[at] = time(contenders[at], check)
    added.push((times[1] as number) - (times[0] as number))
  }
  if (seen !== rounds * 2 * requestsInRound) throw new Error(`'${check.name}' has refused a request`)
  const measured = added.slice(Math.floor(rounds / 4))
  return {
    check: check.name,
    addedNs: median(measured),
    spreadNs: interquartileRange(measured),
    limitNs: check.limitNs,
  }
}

function time(listener: ReturnType<typeof protect>, { method, headers }: Check): number {
  const pairs = Array.from({ length: requestsInRound }, (_, n) => makePair(method, headers(n)))
  const startedAt = process.hrtime.bigint()
  for (const [request, response] of pairs) listener(request, response)
  return Number(process.hrtime.bigint() - startedAt) / requestsInRound
}

function makePair(method: string, headers: Readonly<Record<string, string>>): [IncomingMessage, ServerResponse] {
  const request = new IncomingMessage({ remoteAddress: '127.0.0.1', encrypted: false } as unknown as Socket)
  request.method = method
  request.url = '/hello'
  request.rawHeaders = Object.entries(headers).flat()
  request.headers = { ...headers }
  return [request, new ServerResponse(request)]
}
