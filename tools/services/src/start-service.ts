import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Keeper, type KeeperOptions, createKeeper } from './create-keeper.ts'
import { freePort } from './free-port.ts'
import type { Program } from './keeper-protocol.ts'
import type { Service } from './service.ts'

/** All that is particular to one kind of server. */
export interface ServicePlan extends KeeperOptions {
  /** Where clients find it. */
  readonly url: (port: number) => string
  /** Done once in the new folder, before the first start. */
  readonly prepare?: (keeper: Keeper) => Promise<void>
  /** What to run; writes its configuration where it needs one. */
  readonly program: (folder: string, port: number) => Promise<Program>
  /** Whether it answers. */
  readonly isReady: (port: number) => Promise<boolean>
}

const readyWithinMs = 30_000
const portAttempts = 5

/** Starts a server in a folder of its own on a free port; resolves when it answers. */
export async function startService(plan: ServicePlan): Promise<Service> {
  const keeper = await createKeeper(plan)
  try {
    await plan.prepare?.(keeper)
    return await startOnFreePort(plan, keeper)
  } catch (error) {
    await keeper.end()
    throw error
  }
}

async function startOnFreePort(plan: ServicePlan, keeper: Keeper): Promise<Service> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const service = new KeptService(plan, keeper, port, await plan.program(keeper.folder, port))
    try {
      await service.restart()
      return service
    } catch (error) {
      // another process can take the port between the question and the start
      if (attempt === portAttempts || !/address (already )?in use/i.test(String(error))) throw error
    }
  }
}

class KeptService implements Service {
  readonly name: string
  readonly url: string
  readonly port: number
  readonly log: string
  readonly #keeper: Keeper
  readonly #program: Program
  readonly #isReady: () => Promise<boolean>
  #stopped: Promise<void> | undefined

  constructor(plan: ServicePlan, keeper: Keeper, port: number, program: Program) {
    this.name = plan.name
    this.url = plan.url(port)
    this.port = port
    this.log = join(keeper.folder, 'log')
    this.#keeper = keeper
    this.#program = program
    this.#isReady = () => plan.isReady(port)
  }

  get pid(): number | undefined {
    return this.#keeper.running
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#keeper.end()
    return this.#stopped
  }

  halt(): Promise<void> {
    return this.#tell('halt')
  }

  pause(): Promise<void> {
    return this.#tell('pause')
  }

  resume(): Promise<void> {
    return this.#tell('resume')
  }

  kill(): Promise<void> {
    return this.#tell('kill')
  }

  async restart(): Promise<void> {
    await this.halt()
    const logStart = logText(this.log).length
    await this.#keeper.start(this.#program)
    const deadline = performance.now() + readyWithinMs
    while (!(await this.#isReady()) || this.pid === undefined) {
      const problem = this.pid === undefined ? 'it ended at once' : 'it did not answer in time'
      if (this.pid === undefined || performance.now() > deadline) {
        throw new Error(`Cannot start ${this.name}: ${problem}. Its log: ${logText(this.log).slice(logStart)}`)
      }
      await sleep(10)
    }
  }

  async #tell(order: 'halt' | 'kill' | 'pause' | 'resume'): Promise<void> {
    if (this.#stopped !== undefined) throw new Error(`Cannot ${order} ${this.name} as it was stopped for good`)
    await this.#keeper.tell(order)
  }
}

function logText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
