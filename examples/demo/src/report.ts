/** A fact that did not hold. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}

/** What came back for a request. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** From sending to the last byte, in milliseconds. */
  readonly ms: number
  /** How many statements the handler cost, by the bookstore's own count. */
  readonly statements: number
}

/** Sends a request as a client would. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const startedAt = performance.now()
  const response = await fetch(url, { redirect: 'manual', ...init })
  const body = await response.text()
  const ms = performance.now() - startedAt
  const statements = /db;desc="(\d+) statements"/.exec(response.headers.get('server-timing') ?? '')?.[1]
  return { status: response.status, headers: response.headers, body, ms, statements: Number(statements ?? Number.NaN) }
}

/** Prints a step of the walk. */
export function step(asked: string, came: string, protectedBy: string): void {
  console.log(`\n${asked}\n  came back: ${came}\n  protected by: ${protectedBy}`)
}

/** Ends the demo unless a fact holds. */
export function expect(holds: boolean, fact: string): asserts holds {
  if (!holds) throw new DemoError(fact)
}

/** Milliseconds to one decimal. */
export function inMs(ms: number): string {
  return `${ms.toFixed(1)} ms`
}
