import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promiseHooks } from 'node:v8'
import { answerQuestions } from './answer-questions.ts'
import { cpuNsSince } from './cpu-time.ts'
import { InProcessClient, type Look } from './in-process-client.ts'
import { protections, type ProtectionName } from './protections.ts'
import { requestText } from './request.ts'
import { frameworks, type FrameworkName } from './servers/frameworks.ts'

/*
 * One contender: a server with its protection. Runs as a child of the command, which asks it for rounds. What else such a
 * process does it does while no clock runs.
 */

let server: Server
let client: InProcessClient
let atStart: NodeJS.CpuUsage

const answers = {
  /** Makes the server and shows what it answers. */
  async open({ framework, protection }: { framework: FrameworkName; protection: ProtectionName }): Promise<Look> {
    const { serve } = await frameworks[framework]()
    server = await serve(await protections[protection]())
    client = new InProcessClient(server, requestText)
    return client.look()
  },

  /** Starts the clock. */
  start(): void {
    atStart = process.cpuUsage()
  },

  /** Stops it: the CPU time since then in nanoseconds. */
  stop(): number {
    return cpuNsSince(atStart)
  },

  /** Answers requests in process: the CPU time of that in nanoseconds. */
  async round(count: number): Promise<number> {
    const before = process.cpuUsage()
    await client.send(count)
    return cpuNsSince(before)
  },

  /** Counts the promises made while requests are answered in process, without the client's own. */
  async promises(count: number): Promise<number> {
    // the first time, what awaits this very answer is counted as well
    await promisesOf(0)
    return (await promisesOf(count)) - (await promisesOf(0))
  },

  /** Listens on a free port of the loopback address. */
  async listen(): Promise<number> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
}

/** What a contender's process answers. */
export type ServerAnswers = typeof answers

answerQuestions(answers)

async function promisesOf(count: number): Promise<number> {
  let made = 0
  const stop = promiseHooks.onInit(() => made++)
  await client.send(count)
  stop()
  return made
}
