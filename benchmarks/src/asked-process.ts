import { fork, type ChildProcess, type ForkOptions } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Answer, Answers, Question } from './answer-questions.ts'

/** No question takes longer; a child that is silent for so long is ended. */
const deadlineMs = 120_000

const running = new Set<ChildProcess>()

/** A child process that answers questions, one at a time. */
export class AskedProcess<A extends Answers> {
  readonly #child: ChildProcess

  constructor(file: URL, { env, ...options }: Pick<ForkOptions, 'env' | 'execArgv' | 'stdio'> = {}) {
    this.#child = fork(file, {
      ...options,
      env: { ...process.env, NODE_ENV: 'production', ...env },
      serialization: 'advanced',
    })
    running.add(this.#child)
    this.#child.once('exit', () => running.delete(this.#child))
  }

  /** Asks a question. Rejects when the child fails at it, ends, or takes too long. */
  async ask<Name extends keyof A & string>(
    name: Name,
    input: Parameters<A[Name]>[0],
  ): Promise<Awaited<ReturnType<A[Name]>>> {
    const answer = await this.#exchange({ name, input }, AbortSignal.timeout(deadlineMs))
    if ('failure' in answer) throw new Error(`${name}: ${answer.failure}`)
    return answer.value as Awaited<ReturnType<A[Name]>>
  }

  /** The first line that a child with a pipe for its output writes. Rejects when it ends before, or takes too long. */
  async firstLine(): Promise<string> {
    const lines = createInterface(this.#child.stdout as Readable)
    const signal = AbortSignal.timeout(deadlineMs)
    const [line] = (await Promise.race([once(lines, 'line', { signal }), once(lines, 'close', { signal })])) as [
      string?,
    ]
    if (line === undefined) throw new Error('the process ended without a word')
    return line
  }

  /** Ends the child and waits for its end. */
  async end(): Promise<void> {
    if (!running.has(this.#child)) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  #exchange(question: Question, signal: AbortSignal): Promise<Answer> {
    const child = this.#child
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        child.off('message', onMessage).off('exit', onExit)
        signal.removeEventListener('abort', onAbort)
        act()
      }
      const fail = (why: string): void => settle(() => reject(new Error(`${question.name}: the process ${why}`)))
      const onMessage = (answer: Answer): void => settle(() => resolve(answer))
      const onExit = (code: number | null, by: string | null): void => fail(`ended with ${by ?? code}`)
      const onAbort = (): void => fail(`was silent for ${deadlineMs} ms`)
      child.on('message', onMessage).on('exit', onExit)
      signal.addEventListener('abort', onAbort)
      child.send(question, (error) => error && fail(`does not listen: ${error.message}`))
    })
  }
}

/** Ends all children at once, without waiting. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}
