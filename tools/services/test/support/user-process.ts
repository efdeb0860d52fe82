import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'vitest'
import { keepFolder } from '../../src/index.ts'

const face = new URL('../../src/index.ts', import.meta.url).href

/** How a process that uses services is set up. */
export interface UserProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly account?: { readonly uid: number; readonly gid: number }
}

/** A process that uses services, with a temporary folder to itself, by which all that it started is recognised. */
export class UserProcess {
  readonly child: ChildProcess
  readonly folder: string
  output = ''

  constructor(script: string, folder: string, { env = {}, account }: UserProcessOptions) {
    this.folder = folder
    this.child = spawn(
      process.execPath,
      ['--input-type=module', '-e', `import * as services from '${face}'\n${script}`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: '', TMPDIR: join(folder, 'tmp'), HOME: join(folder, 'home'), ...env },
        ...account,
      },
    )
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    }
  }

  /** Resolves once it has written something. */
  says(words: string): Promise<void> {
    return this.#until(`it says ${words}`, () => this.output.includes(words))
  }

  /** Resolves once a process of it, other than itself, shows some words in its command line. */
  runs(words: string): Promise<void> {
    return this.#until(`it runs ${words}`, () => this.processes().some((line) => line.includes(words)))
  }

  /** Sends a signal and resolves when it is dead. */
  async signal(name: NodeJS.Signals): Promise<void> {
    this.child.kill(name)
    await this.ends()
  }

  /** Resolves when it has ended. */
  async ends(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
  }

  /** Resolves when nothing is left of it: no process, no temporary folder. */
  leavesNothing(): Promise<void> {
    return this.#until('nothing is left', () => this.processes().length + this.folders().length === 0)
  }

  /** Its temporary folders. */
  folders(): string[] {
    return readdirSync(join(this.folder, 'tmp'))
  }

  /** The command lines of the processes it has started. */
  processes(): string[] {
    const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== this.child.pid)
    return others.map((pid) => describe(pid)).filter((text) => text.includes(this.folder))
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + 30_000
    while (!isSo()) {
      if (performance.now() > deadline) {
        const left = [...this.processes(), ...this.folders(), this.output]
        throw new Error(`Waited in vain until ${what}: ${left.join('\n')}`)
      }
      await sleep(5)
    }
  }
}

/** Starts a process that runs a script in which `services` is the package; it is gone when the test is over. */
export async function startUser(
  { onTestFinished }: TestContext,
  script: string,
  options: UserProcessOptions = {},
): Promise<UserProcess> {
  const { path, remove } = await keepFolder('user')
  chmodSync(path, 0o755)
  for (const name of ['tmp', 'home']) {
    mkdirSync(join(path, name), { mode: 0o755 })
    if (options.account !== undefined) chownSync(join(path, name), options.account.uid, options.account.gid)
  }
  const user = new UserProcess(script, path, options)
  onTestFinished(async () => {
    await user.signal('SIGKILL')
    await remove()
  })
  return user
}

/** PostgreSQL overwrites its command line and its environment, so its working directory counts too. */
function describe(pid: string): string {
  const read = (look: () => string): string => {
    try {
      return look().replaceAll('\0', ' ')
    } catch {
      return ''
    }
  }
  const parts = [
    () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    () => readlinkSync(`/proc/${pid}/cwd`),
    () => /TMPDIR=[^\0]*/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[0] ?? '',
  ]
  return parts.map(read).join(' ')
}
