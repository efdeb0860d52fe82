import { answerQuestions } from './answer-questions.ts'
import { send } from './fast-client.ts'
import { quantile } from './statistics.ts'

/*
 * The client over loopback, in a process of its own.
 */

/** How a server did under load. */
export interface Load {
  readonly perSecond: number
  readonly p99Ms: number
}

const answers = {
  /** Sends requests that are all to be answered 200. */
  async load({ port, count }: { port: number; count: number }): Promise<Load> {
    let refused = 0
    const onResponse = (_response: Uint8Array, status: number): void => void (refused += status === 200 ? 0 : 1)
    const { seconds, times } = await stayAwake(() => send({ port, count, onResponse }))
    if (refused > 0) throw new Error(`of ${count} requests ${refused} were answered with another status than 200`)
    return { perSecond: count / seconds, p99Ms: quantile(times, 0.99) }
  },
}

/** What the client's process answers. */
export type LoadAnswers = typeof answers

answerQuestions(answers)

/**
 * Lets this process look for responses without a pause while it works. One that sleeps is woken by the server's write, in
 * the server's time: microseconds that the slower of two servers pays more often, as its client has more time to sleep.
 */
async function stayAwake<T>(work: () => Promise<T>): Promise<T> {
  let isOver = false
  const look = (): void => void (isOver || setImmediate(look))
  look()
  try {
    return await work()
  } finally {
    isOver = true
  }
}
