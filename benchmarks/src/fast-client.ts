import { FastConnection } from './fast-connection.ts'

/** How many requests are sent, and where. */
export interface Sending {
  readonly port: number
  readonly count: number
  /** Called with each response as it was received, valid until it returns. */
  readonly onResponse?: (response: Uint8Array, status: number) => void
}

/** What the client has seen. */
export interface Sent {
  /** From the first request to the last response. */
  readonly seconds: number
  /** Of each response the time from its request, in milliseconds. */
  readonly times: readonly number[]
}

const connections = 32

/** Sends requests over 32 connections, as many as there are answers wanted. */
export function send({ port, count, onResponse }: Sending): Promise<Sent> {
  const times: number[] = []
  const open: FastConnection[] = []
  const startedAt = performance.now()
  let asked = Math.min(connections, count)
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      for (const connection of open) connection.close()
      settle()
    }
    const take = (response: Uint8Array, status: number, ms: number): boolean => {
      times.push(ms)
      onResponse?.(response, status)
      if (times.length === count) end(() => resolve({ seconds: (performance.now() - startedAt) / 1000, times }))
      return asked++ < count
    }
    for (let at = 0; at < asked; at++) open.push(new FastConnection(port, take, (error) => end(() => reject(error))))
    for (const connection of open) connection.ask()
  })
}
