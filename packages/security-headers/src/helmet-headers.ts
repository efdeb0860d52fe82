import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet, { type HelmetOptions } from 'helmet'

/** What helmet does to a response. */
export interface HelmetHeaders {
  /** What it sets, by lower-case name. */
  readonly set: Map<string, string>
  /** What it removes, in lower case. */
  readonly remove: readonly string[]
}

/**
 * Runs helmet once and writes down what it does.
 *
 * @throws What helmet throws for its options.
 */
export function helmetHeaders(options: HelmetOptions): HelmetHeaders {
  const set = new Map<string, string>()
  const remove: string[] = []
  const response = {
    setHeader: (name: string, value: string) => set.set(name.toLowerCase(), value),
    removeHeader: (name: string) => remove.push(name.toLowerCase()),
    getHeader: (name: string) => set.get(name.toLowerCase()),
  }
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error instanceof Error) throw error
  })
  return { set, remove }
}
