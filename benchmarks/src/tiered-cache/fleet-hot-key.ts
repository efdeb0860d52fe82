import { randomUUID } from 'node:crypto'
import type { Start } from '../runner.ts'
import { startFleet, type FleetSetting } from './fleet.ts'

/** How often each process asks, in milliseconds. */
const everyMs = 20

/** Processes ask for one key over several of its times to live; an operation is one time to live. */
export const start: Start<FleetSetting> = async (setting) => {
  const fleet = await startFleet(setting)
  return {
    async round(operations) {
      const key = `hot:${randomUUID()}`
      const [first] = fleet.processes
      // the first load of all is the one that somebody must wait for
      await first?.ask('ask', { key, callers: 1 })
      const order = { key, forMs: operations * setting.ttlMs, everyMs }
      const counts = await Promise.all(fleet.processes.map((one) => one.ask('keepAsking', order)))
      const loads = (await fleet.loadsOf(key)) - 1
      return {
        'loads a ttl': loads / operations,
        waits: counts.reduce((sum, { waits }) => sum + waits, 0),
        calls: counts.reduce((sum, { calls }) => sum + calls, 0),
      }
    },
    end: () => fleet.end(),
  }
}
