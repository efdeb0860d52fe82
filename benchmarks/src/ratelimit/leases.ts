import { AskedProcess } from '../asked-process.ts'
import type { Start } from '../runner.ts'
import type { LeaseAnswers } from './lease-process.ts'

/** Four processes that share fifty keys. */
export interface LeaseSetting {
  readonly url: string
  readonly lease: number
}

const file = new URL('lease-process.ts', import.meta.url)

export const start: Start<LeaseSetting> = async ({ url, lease }) => {
  const processes = Array.from({ length: 4 }, () => new AskedProcess<LeaseAnswers>(file))
  const prefix = `lease ${lease} ${process.pid}`
  await Promise.all(processes.map((child) => child.ask('open', { url, prefix, lease })))
  return {
    async round(operations) {
      await Promise.all(processes.map((child) => child.ask('work', Math.ceil(operations / processes.length))))
    },
    async end() {
      await Promise.all(processes.map((child) => child.end()))
    },
  }
}
