import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from '../answer-questions.ts'
import type { WorkerSetting } from './cluster-worker.ts'

/*
 * The primary of a cluster: one worker for each core, all on one port.
 */

const answers = {
  /** Starts the workers; returns their port. */
  async open({ workers, setting }: { workers: number; setting: WorkerSetting }): Promise<number> {
    cluster.setupPrimary({ exec: new URL('cluster-worker.ts', import.meta.url).pathname })
    let port = 0
    for (let at = 0; at < workers; at++) {
      cluster.fork({ SEAWALL_BENCHMARK_WORKER: JSON.stringify(setting) })
      const [, address] = (await once(cluster, 'listening')) as [Worker, AddressInfo]
      port = address.port
    }
    return port
  },

  /** The CPU time of all workers so far, in nanoseconds. */
  async cpuNs(): Promise<number> {
    const times = Object.values(cluster.workers ?? {}).map(async (worker) => {
      if (worker === undefined) return 0
      const answer = once(worker, 'message')
      worker.send('cpu')
      const [ns] = (await answer) as [number]
      return ns
    })
    return (await Promise.all(times)).reduce((sum, ns) => sum + ns, 0)
  },
}

/** What the primary answers. */
export type ClusterAnswers = typeof answers

answerQuestions(answers)
