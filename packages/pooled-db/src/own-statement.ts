import type { StatementParts } from './statement-parts.ts'
import { Statement } from './statement.ts'
import { StatementText } from './statement-text.ts'

/** No answer came in time. */
export const silence = Symbol('silence')

const unmarked = new StatementText('')

/** Runs a statement of the pool's own: what the server says against it, `undefined` for nothing, or {@link silence}. */
export function answerInTime(text: string, timeoutMs: number, send: (statement: Statement) => void): Promise<unknown> {
  const form = { comment: '', values: [], isPrepared: false, hasArrayRows: false, types: undefined }
  const parts: StatementParts = { text, known: unmarked, ...form }
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs, silence).unref()
    const answer = (error: unknown): void => {
      clearTimeout(timer)
      resolve(error)
    }
    send(new Statement(parts, Infinity, 0, answer))
  })
}
