import type { Exchange } from '@seawall/guard'
import type { Ruling } from './ruling.ts'

const recordKey = Symbol('seawall:ratelimit')

/** What all limits have decided about one request so far, and the fields that tell of it. */
export class RequestRecord {
  readonly rulings: Ruling[] = []
  policy = ''
  limit = ''
}

/** The record of a request that no limit may have decided about. */
export function findRecord(exchange: Exchange): RequestRecord | undefined {
  return exchange.state.get(recordKey) as RequestRecord | undefined
}

/** Notes a ruling on a request. */
export function recordRuling(exchange: Exchange, ruling: Ruling): RequestRecord {
  const { state } = exchange
  let record = state.get(recordKey) as RequestRecord | undefined
  if (record === undefined) {
    record = new RequestRecord()
    state.set(recordKey, record)
  }
  record.rulings.push(ruling)
  return record
}
