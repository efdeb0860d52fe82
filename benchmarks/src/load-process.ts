import autocannon from 'autocannon'
import { answerQuestions } from './answer-questions.ts'
import { path, requestHeaders } from './request.ts'
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
  /** Sends requests over 32 connections that are kept alive, one at a time on each. */
  async load({ port, count }: { port: number; count: number }): Promise<Load> {
    const times: number[] = []
    const { non2xx, errors, seconds } = await run(port, count, times)
    if (errors > 0 || non2xx > 0 || times.length !== count)
      throw new Error(`of ${count} requests ${times.length} were answered, ${non2xx} with another status than 2xx`)
    return { perSecond: count / seconds, p99Ms: quantile(times, 0.99) }
  },
}

/** What the client's process answers. */
export type LoadAnswers = typeof answers

answerQuestions(answers)

/** autocannon ends on whole seconds: from the first request to the last response is what counts. */
function run(port: number, amount: number, times: number[]): Promise<autocannon.Result & { seconds: number }> {
  const url = `http://127.0.0.1:${port}${path}`
  return new Promise((resolve, reject) => {
    let first = performance.now()
    let last = first
    const options = { url, amount, connections: 32, headers: requestHeaders, timeout: 10, bailout: 1 }
    const instance = autocannon(options, (error, result) => {
      if (error) reject(error as Error)
      else resolve({ ...result, seconds: (last - first) / 1000 })
    })
    instance.on('start', () => {
      first = performance.now()
    })
    instance.on('response', (_client, _status, _bytes, ms) => {
      last = performance.now()
      times.push(ms)
    })
  })
}
