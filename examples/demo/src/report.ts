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
  /** How many fragments of the page it rendered, likewise. */
  readonly renders: number
}

/** Sends a request as a client would. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const startedAt = performance.now()
  const response = await fetch(url, { redirect: 'manual', ...init })
  const body = await response.text()
  const ms = performance.now() - startedAt
  const timing = response.headers.get('server-timing') ?? ''
  const statements = Number(/"(\d+) statements"/.exec(timing)?.[1] ?? Number.NaN)
  const renders = Number(/"(\d+) fragments"/.exec(timing)?.[1] ?? Number.NaN)
  return { status: response.status, headers: response.headers, body, ms, statements, renders }
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
