import { Agent, get } from 'node:http'
import autocannon from 'autocannon'
import { answerQuestions } from '../answer-questions.ts'
import type { Load } from '../load-process.ts'
import { quantile } from '../statistics.ts'

/*
 * A client of the bookstore, in a process of its own. Its responses come in chunks, of any length: a general client reads
 * them.
 */

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

const answers = {
  /** Asks once, over a connection that is kept: the time until the whole response was there, in milliseconds. */
  once(url: string): Promise<number> {
    const startedAt = performance.now()
    return new Promise((resolve, reject) => {
      const request = get(url, { agent, timeout: 10_000 }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${url} answers ${response.statusCode}`))
        response.resume().once('end', () => resolve(performance.now() - startedAt))
      })
      request.once('error', reject).once('timeout', () => request.destroy(new Error(`${url} does not answer`)))
    })
  },

  /** Asks many times over 32 connections. */
  async load({ url, count }: { url: string; count: number }): Promise<Load> {
    const times: number[] = []
    const { errors, non2xx, seconds } = await run(url, count, times)
    if (errors > 0 || non2xx > 0 || times.length !== count)
      throw new Error(`of ${count} requests ${times.length} were answered, ${non2xx} with another status than 2xx`)
    return { perSecond: count / seconds, p99Ms: quantile(times, 0.99) }
  },
}

/** What the client's process answers. */
export type BrowseAnswers = typeof answers

answerQuestions(answers)

/** autocannon ends on whole seconds: from the first request to the last response is what counts. */
function run(url: string, amount: number, times: number[]): Promise<autocannon.Result & { seconds: number }> {
  return new Promise((resolve, reject) => {
    let first = performance.now()
    let last = first
    const instance = autocannon({ url, amount, connections: 32, timeout: 10, bailout: 1 }, (error, result) => {
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
