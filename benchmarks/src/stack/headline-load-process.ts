import { answerQuestions } from '../answer-questions.ts'
import { helmetsHeaders } from '../check-looks.ts'
import { send } from '../fast-client.ts'
import { quantile } from '../statistics.ts'

/*
 * A client that looks at what it gets: which responses were admitted, and, of a sample, whether all headers are there.
 */

/** What a client has seen. */
export interface Tally {
  readonly admitted: number
  readonly refused: number
  /** Admitted in a second, until the first refusal. */
  readonly perSecond: number
  readonly p99Ms: number
  /** How many responses were looked at. */
  readonly sampled: number
  /** How many of them lacked a header. */
  readonly incomplete: number
}

const sampleEvery = 100
const wanted = [...helmetsHeaders, 'ratelimit', 'ratelimit-policy']

const answers = {
  /** Sends requests, to be answered 200, 429 above the limit, or 503 where it cannot be counted. */
  async load({ port, count }: { port: number; count: number }): Promise<Tally> {
    const startedAt = performance.now()
    const statuses = new Map<number, number>()
    let firstRefusal: { readonly at: number; readonly before: number } | undefined
    let [responses, sampled, incomplete] = [0, 0, 0]
    const onResponse = (response: Uint8Array, status: number): void => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status !== 200) firstRefusal ??= { at: performance.now(), before: responses }
      if (responses++ % sampleEvery !== 0) return
      sampled++
      if (!isComplete(response)) incomplete++
    }
    const { seconds, times } = await send({ port, count, onResponse })
    const other = [...statuses.keys()].filter((status) => ![200, 429, 503].includes(status))
    if (other.length > 0) throw new Error(`answered with ${other.join(', ')}`)
    const admitted = statuses.get(200) ?? 0
    const refused = count - admitted
    const perSecond = firstRefusal ? (firstRefusal.before * 1000) / (firstRefusal.at - startedAt) : admitted / seconds
    return { admitted, refused, perSecond, p99Ms: quantile(times, 0.99), sampled, incomplete }
  },
}

/** What the client's process answers. */
export type HeadlineAnswers = typeof answers

answerQuestions(answers)

function isComplete(response: Uint8Array): boolean {
  const text = Buffer.from(response.buffer, response.byteOffset, response.byteLength).toString('latin1')
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').slice(1)
  const names = new Set(lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()))
  return wanted.every((name) => names.has(name))
}
