import { type TestContext, test } from 'vitest'
import { isAlive } from '../src/process-table.ts'
import { startUser } from './support/user-process.ts'

const face = new URL('../src/index.ts', import.meta.url).href
const grandchild = `
  import { endWithParent } from '${face}'
  endWithParent()
  process.on('SIGTERM', () => { console.log('shutdown'); process.exit() })
  setInterval(() => undefined, 1000)
  console.log('watching', process.pid, '.')`
const start = (program: string): string =>
  `(await import('node:child_process')).spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(program)}], { stdio: 'inherit' })`

async function endsWhenKilled(context: TestContext, script: string): Promise<void> {
  const user = await startUser(context, script)
  await user.says(' .')
  const pid = Number(/watching (\d+)/.exec(user.output)?.[1])
  context.expect(isAlive(pid)).toBe(true)
  await user.signal('SIGKILL')
  await user.says('shutdown')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
}

test.concurrent('a process shuts down when its parent is killed', async (context) => {
  await endsWhenKilled(context, start(grandchild))
})

test.concurrent('a process shuts down when the parent of its parent is killed', async (context) => {
  await endsWhenKilled(context, start(start(grandchild)))
})
