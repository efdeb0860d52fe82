import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Where and with which variables a command runs. */
export interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A command that stays. */
export interface Running {
  /** Where it says that it listens. */
  readonly url: string
  /** Ends it and all that it has started as Ctrl-C in a terminal does, and resolves when it has ended. */
  interrupt(): Promise<void>
}

/**
 * Runs a command to its end.
 *
 * @throws Error with the end of what it has written, when it fails.
 */
export async function runCommand(line: string, { cwd, env }: Place): Promise<string> {
  const [command = '', ...args] = line.split(' ')
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (written += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${line} ended with ${code}\n${endOf(written)}`)
  return written
}

/**
 * Starts a command that writes a URL when it is ready.
 *
 * @throws Error with the end of what it has written, when it ends before.
 */
export async function startCommand(line: string, { cwd, env }: Place): Promise<Running> {
  const [command = '', ...args] = line.split(' ')
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let written = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (written += chunk))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      written += `${text}\n`
      if (text.startsWith('http://')) resolve(text)
    })
    child.once('error', reject)
    void ended.then(() => reject(new Error(`${line} ended before it listened\n${endOf(written)}`)))
  })
  return {
    url,
    interrupt: async () => {
      process.kill(-(child.pid ?? 0), 'SIGINT')
      await ended
    },
  }
}

function endOf(text: string): string {
  return text.split('\n').slice(-80).join('\n')
}
