// The keeper's program; `keeper-protocol.ts` tells what a keeper is. Arguments: the folder in which to make its own,
// the beginning of its folder's name, and the mode of its folder.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, openSync, closeSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { NumberedOrder, Order, Outcome, Program, Report } from './keeper-protocol.ts'
import { killTree, pauseTree, resumeTree } from './process-tree.ts'
import { releaseSharedMemory } from './release-shared-memory.ts'

const [base = '', prefix = '', mode = '700'] = process.argv.slice(2)
const outputLimit = 64 * 1024
const preparations = new Set<ChildProcess>()
let service: { child: ChildProcess; pid: number; ended: Promise<void>; stopSignal: NodeJS.Signals } | undefined
let ending: Promise<void> | undefined
const folder = makeFolder()

function say(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

function makeFolder(): string {
  try {
    const made = mkdtempSync(join(base, prefix))
    chmodSync(made, Number.parseInt(mode, 8))
    return made
  } catch (failure) {
    say({ failed: String(failure) })
    process.exit(1)
  }
}

function spawnProgram(program: Program, stdio: ['ignore', number | 'pipe', number | 'pipe']): ChildProcess {
  if (ending !== undefined) throw new Error('The keeper is ending')
  return spawn(program.command, program.args, {
    stdio,
    cwd: program.cwd ?? folder,
    env: { ...process.env, ...program.env },
    ...(program.uid === undefined ? {} : { uid: program.uid }),
    ...(program.gid === undefined ? {} : { gid: program.gid }),
  })
}

function run(program: Program): Promise<Outcome> {
  const child = spawnProgram(program, ['ignore', 'pipe', 'pipe'])
  preparations.add(child)
  let output = ''
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-outputLimit)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const timeout = setTimeout(() => void end(child), program.timeoutMs ?? 120_000)
  return new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  }).finally(() => {
    clearTimeout(timeout)
    preparations.delete(child)
  })
}

async function start(program: Program): Promise<number> {
  if (service !== undefined) throw new Error('It runs already')
  const log = openSync(join(folder, 'log'), 'a')
  const child = spawnProgram(program, ['ignore', log, log])
  closeSync(log)
  const { pid } = child
  if (pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve))
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      service = undefined
      say({ exited: pid })
      resolve()
    })
  })
  // noted before any wait, so that an end at this moment finds it
  service = { child, pid, ended, stopSignal: program.stopSignal ?? 'SIGTERM' }
  return pid
}

async function halt(): Promise<void> {
  if (service === undefined) return
  const { child, pid, ended, stopSignal } = service
  resumeTree(pid)
  child.kill(stopSignal)
  const impatience = setTimeout(() => void killTree(pid), 3000)
  await ended
  clearTimeout(impatience)
}

async function kill(): Promise<void> {
  if (service === undefined) return
  const { pid, ended } = service
  await Promise.all([killTree(pid), ended])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await killTree(child.pid)
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'run':
      return run(order.program)
    case 'start':
      return start(order.program)
    case 'halt':
      return halt()
    case 'kill':
      return kill()
    case 'pause':
      return void (service !== undefined && pauseTree(service.pid))
    case 'resume':
      return void (service !== undefined && resumeTree(service.pid))
  }
}

function endAll(): Promise<void> {
  ending ??= (async () => {
    await Promise.all([halt(), ...[...preparations].map(end)])
    releaseSharedMemory(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    process.exit(0)
  })()
  return ending
}

function endAfter(failure: unknown): void {
  say({ failed: String(failure) })
  void endAll()
}

// the reader of stdout may be dead, which is no reason to die before the folder is removed
process.stdout.on('error', () => undefined)
process.once('uncaughtException', endAfter)
process.once('unhandledRejection', endAfter)
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void endAll())

say({ folder })
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const order = JSON.parse(line) as NumberedOrder
    obey(order).then(
      (result) => say({ id: order.id, result }),
      (error: unknown) => say({ id: order.id, error: error instanceof Error ? error.message : String(error) }),
    )
  })
  .on('close', () => void endAll())
