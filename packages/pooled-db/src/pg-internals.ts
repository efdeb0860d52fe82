import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Client } from 'pg'
import type { TypeParsers } from './query-result.ts'

/** A message that tells the value of one of the settings that the server reports. */
export interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}

/** What pg hands to a query when it is its turn: its connection, as query objects such as pg-cursor know it. */
export interface WireConnection extends EventEmitter {
  readonly stream: Duplex
  /** Sends a statement of the simple protocol. */
  query(text: string): void
  /** Refuses the data that `copy … from stdin` asks for. */
  sendCopyFail(reason: string): void
}

/** What a `pg.Client` has, and its types leave out. */
export interface ClientInternals extends TypeParsers {
  readonly connection: WireConnection
  readonly processID: number | null
  getTransactionStatus(): string | null
}

/** The client with what its types leave out. */
export function internalsOf(client: Client): ClientInternals {
  return client as unknown as ClientInternals
}
