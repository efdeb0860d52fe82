import { isDeepStrictEqual } from 'node:util'
import type { Service } from '@seawall/services'
import { AskedProcess } from '../asked-process.ts'
import { kindsOfValues } from './kinds-of-values.ts'
import { openCache, type BackendName } from './open-cache.ts'
import type { OtherProcessAnswers } from './other-process.ts'

/** A back end that runs; memory has no server. */
interface RunningBackend {
  readonly backend: BackendName
  readonly service: Service | undefined
}

/** What is true of a back end, found out by trying. */
export interface Properties {
  /** Another process finds what this one has stored. */
  readonly isShared: boolean
  /** A value is there after the server was stopped in good order and started again; of memory: its process. */
  readonly survivesRestart: boolean
  /** The same after SIGKILL. */
  readonly survivesKill: boolean
  /** The kinds of values that came back as they were. */
  readonly kinds: readonly string[]
  /** The longest text that was taken and came back, of those that were tried, in bytes. */
  readonly longestBytes: number
}

const otherProcess = new URL('other-process.ts', import.meta.url)
const lengths = [100_000, 900_000, 1_100_000, 15_000_000, 20_000_000]

/** Tries out what a back end does. Its server is stopped and killed, and runs in the end. */
export async function tryProperties(running: RunningBackend): Promise<Properties> {
  const { kinds, longestBytes, isShared } = await tryRunning(running)
  return {
    isShared,
    survivesRestart: await survives(running, (service) => service.halt()),
    survivesKill: await survives(running, (service) => service.kill()),
    kinds,
    longestBytes,
  }
}

async function tryRunning({ backend, service }: RunningBackend) {
  const { cache, end } = await openCache(backend, service?.url ?? '')
  try {
    const kinds: string[] = []
    for (const [name, value] of kindsOfValues) {
      await cache.set(name, value)
      if (isDeepStrictEqual(await cache.get(name), value)) kinds.push(name)
    }
    let longestBytes = 0
    for (const length of lengths) {
      const text = 'x'.repeat(length)
      const isTaken = await cache.set('long', text).then(
        async () => (await cache.get('long')) === text,
        () => false,
      )
      if (isTaken) longestBytes = length
    }
    await cache.delete('long')
    await cache.set('shared', 'here')
    return { kinds, longestBytes, isShared: (await findElsewhere(backend, service, 'shared')) === 'here' }
  } finally {
    await end()
  }
}

/** Whether a value is there when the server is back. */
async function survives(
  { backend, service }: RunningBackend,
  strike: (service: Service) => Promise<void>,
): Promise<boolean> {
  const { cache, end } = await openCache(backend, service?.url ?? '')
  await cache.set('lasting', 'here')
  await end()
  if (service !== undefined) {
    await strike(service)
    await service.restart()
  }
  return (await findElsewhere(backend, service, 'lasting')) === 'here'
}

async function findElsewhere(backend: BackendName, service: Service | undefined, key: string): Promise<unknown> {
  const other = new AskedProcess<OtherProcessAnswers>(otherProcess)
  try {
    return await other.ask('find', { backend, url: service?.url ?? '', key })
  } finally {
    await other.end()
  }
}
