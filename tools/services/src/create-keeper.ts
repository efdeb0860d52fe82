import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Order, Outcome, Program, Report } from './keeper-protocol.ts'

/** Where a keeper makes its folder, and how. */
export interface KeeperOptions {
  /** What the folder's name tells. */
  readonly name: string
  /** The folder to make it in; the system's temporary folder by default. */
  readonly base?: string
  /** Whether other users can pass through the folder. */
  readonly open?: boolean
}

/** A process that owns a temporary folder and what runs in it, and outlives this process just long enough to clean up. */
export class Keeper {
  /** The folder, which is removed at the end. */
  readonly folder: string
  readonly #child: ChildProcess
  /** Orders that were given and not yet answered. */
  readonly #unanswered = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  #lastOrder = 0
  /** Why no order can be answered any more. */
  #over: Error | undefined
  #running: number | undefined

  constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.folder = folder
    child.once('exit', () => this.#close(new Error('The keeper has ended')))
    child.stdin?.on('error', (error) => this.#close(error))
    this.#hold(false)
  }

  /** The service's process, undefined while there is none. */
  get running(): number | undefined {
    return this.#running
  }

  /** Runs a program to its end. */
  async run(program: Program): Promise<Outcome> {
    return (await this.#give({ do: 'run', program })) as Outcome
  }

  /** Starts the program that is this keeper's service. */
  async start(program: Program): Promise<number> {
    return (await this.#give({ do: 'start', program })) as number
  }

  /** Gives one of the orders that have no result. */
  async tell(order: 'halt' | 'kill' | 'pause' | 'resume'): Promise<void> {
    await this.#give({ do: order })
  }

  /** Ends all that runs in the folder, and removes it. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#hold(true)
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }

  /** Takes a line of the keeper. */
  hear(report: Report): void {
    if ('exited' in report && report.exited === this.#running) this.#running = undefined
    if ('failed' in report) this.#close(new Error(report.failed))
    if (!('id' in report)) return
    const waiting = this.#unanswered.get(report.id)
    this.#unanswered.delete(report.id)
    if (this.#unanswered.size === 0) this.#hold(false)
    if ('error' in report) waiting?.reject(new Error(report.error))
    else waiting?.resolve(report.result)
  }

  #give(order: Order): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over)
    const id = ++this.#lastOrder
    this.#hold(true)
    this.#child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`)
    return new Promise((resolve, reject) => {
      // a service is known to run from the line that says so on, lest its end in the next line be missed
      const note = (result: unknown): void => {
        if (order.do === 'start') this.#running = result as number
        resolve(result)
      }
      this.#unanswered.set(id, { resolve: note, reject })
    })
  }

  #close(reason: Error): void {
    this.#over ??= reason
    this.#running = undefined
    for (const { reject } of this.#unanswered.values()) reject(reason)
    this.#unanswered.clear()
  }

  /** A keeper keeps this process alive only while an answer is awaited. */
  #hold(held: boolean): void {
    for (const handle of [this.#child, this.#child.stdin as Socket, this.#child.stdout as Socket]) {
      if (held) handle.ref()
      else handle.unref()
    }
  }
}

/** Starts a keeper; its folder exists when the promise resolves. */
export async function createKeeper({ name, base = tmpdir(), open = false }: KeeperOptions): Promise<Keeper> {
  const program = fileURLToPath(new URL('keeper.ts', import.meta.url))
  const flags = process.features.typescript === false ? ['--experimental-strip-types'] : []
  // detached: a Ctrl-C of the terminal must not reach it before its owner has closed its clients
  const child = spawn(process.execPath, [...flags, program, base, `seawall-${name}-`, open ? '711' : '700'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return new Promise((resolve, reject) => {
    let keeper: Keeper | undefined
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`Cannot keep a folder in ${base}: the keeper did not start`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report = JSON.parse(line) as Report
      if ('folder' in report) resolve((keeper = new Keeper(child, report.folder)))
      else if (keeper !== undefined) keeper.hear(report)
      else if ('failed' in report) reject(new Error(`Cannot keep a folder in ${base}: ${report.failed}`))
    })
  })
}
