import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of the bookstore, which keeps its port when it is replaced. */
export interface App {
  /** Where it listens. */
  readonly url: string
  /** What it has written. */
  written(): string
  /** Ends it in an orderly way and starts another in its place; resolves when that one is ready. */
  replace(): Promise<void>
  /** Ends it at once. */
  kill(): Promise<void>
  /** Ends it in an orderly way. */
  stop(): Promise<void>
}

/** Starts a process and waits until it listens. */
export async function startApp(main: URL, variables: Readonly<Record<string, string>>): Promise<App> {
  let written = ''
  let child: ChildProcess

  const start = async (port: string): Promise<string> => {
    child = spawn(process.execPath, [fileURLToPath(main)], {
      env: { PATH: process.env['PATH'], ...variables, PORT: port },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => (written += chunk))
    return firstLine(child, () => written)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  const url = await start('0')
  return {
    url,
    written: () => written,
    replace: async () => {
      await end('SIGTERM')
      await start(new URL(url).port)
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

async function firstLine(child: ChildProcess, written: () => string): Promise<string> {
  if (child.stdout === null) throw new Error('Cannot read what the process writes')
  const lines = createInterface(child.stdout)
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => line.startsWith('http://') && resolve(line))
    child.once('exit', () => reject(new Error(`The bookstore ended at once: ${written()}`)))
  })
}
