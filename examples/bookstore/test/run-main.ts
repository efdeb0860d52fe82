import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Framework } from './framework.ts'

/** The bookstore as a process of its own. */
export interface Main {
  /** Where it listens; rejects with what it has written when it ends before. */
  readonly url: Promise<string>
  /** How it ended: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** What it has written so far, to both streams. */
  written(): string
  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void
}

/** Runs the file that an example is started by, with these variables and no others. */
export function runMain({ main }: Framework, variables: Readonly<Record<string, string>>): Main {
  const child = spawn(process.execPath, [fileURLToPath(main)], {
    env: { PATH: process.env['PATH'], PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // a test that fails leaves no process behind
  onTestFinished(() => void child.kill('SIGKILL'))
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (written += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (written += chunk))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null)
  const url = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => line.startsWith('http://') && resolve(line))
    void ended.then(() => reject(new Error(`It ended: ${written}`)))
  })
  url.catch(() => undefined)
  return { url, ended, written: () => written, signal: (name) => void child.kill(name) }
}
