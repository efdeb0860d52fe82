import { randomUUID } from 'node:crypto'
import type { Start } from '../runner.ts'
import { startFleet, type FleetSetting } from './fleet.ts'

/** How many callers there are of a cold key in each process. */
const callers = 2_500

/** Four processes ask for one cold key at the same time. */
export const start: Start<FleetSetting> = async (setting) => {
  const fleet = await startFleet(setting)
  return {
    async round(operations) {
      let loads = 0
      for (let n = 0; n < operations; n++) {
        const key = `cold:${randomUUID()}`
        await Promise.all(fleet.processes.map((one) => one.ask('ask', { key, callers })))
        loads += await fleet.loadsOf(key)
      }
      return { 'loads a key': loads / operations }
    },
    end: () => fleet.end(),
  }
}
