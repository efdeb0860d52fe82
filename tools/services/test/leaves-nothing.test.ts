import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import { startUser } from './support/user-process.ts'

const forever = 'setInterval(() => undefined, 1000)'
// the user's own cache, since the processes below have a home of their own
const cached = { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache') }

test.concurrent('a SIGKILL at the birth of the keeper leaves nothing', async (context) => {
  const user = await startUser(context, 'await services.startPostgres()')
  await user.runs('keeper.ts')
  await user.signal('SIGKILL')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})

test.concurrent('a SIGKILL during initdb leaves nothing', async (context) => {
  const user = await startUser(context, 'await services.startPostgres()')
  await user.runs('initdb')
  await user.signal('SIGKILL')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})

test.concurrent('a SIGKILL while the server starts leaves nothing', async (context) => {
  // it stays, so that a slow look does not miss the server
  const user = await startUser(context, `await services.startPostgres(); ${forever}`)
  await user.runs('postgres -D')
  await user.signal('SIGKILL')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})

test.concurrent('a SIGKILL while a server with clients is frozen leaves nothing', async (context) => {
  const user = await startUser(
    context,
    `
    const [postgres, redis] = await Promise.all([services.startPostgres(), services.startRedis()])
    await Promise.all([postgres.pause(), redis.pause()])
    console.log('frozen')
    ${forever}`,
    { env: cached },
  )
  await user.says('frozen')
  context.expect(user.folders()).toHaveLength(2)
  await user.signal('SIGKILL')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})

test.concurrent('a Ctrl-C leaves nothing', async (context) => {
  const user = await startUser(context, `await services.startPostgres(); console.log('up'); ${forever}`)
  await user.says('up')
  await user.signal('SIGINT')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})

test.concurrent('a process with running servers can end by itself, and leaves nothing', async (context) => {
  const user = await startUser(context, `const { url } = await services.startRedis(); console.log(url)`, {
    env: cached,
  })
  await user.ends()
  context.expect(user.output).toContain('redis://')
  context.expect(user.child.exitCode).toBe(0)
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})

test.concurrent('a server that does not start leaves nothing', async (context) => {
  const user = await startUser(
    context,
    `
    await services.startPostgres({ settings: { no_such_setting: 1 } }).catch((error) => console.log(error.message))
    console.log('done')
    ${forever}`,
  )
  await user.says('done')
  context.expect(user.output).toMatch(/Cannot start postgres: it ended at once.*no_such_setting/s)
  await user.leavesNothing()
  await user.signal('SIGKILL')
})

test.concurrent('a kept folder goes with its process', async (context) => {
  const user = await startUser(context, `console.log((await services.keepFolder('work')).path, 'made'); ${forever}`)
  await user.says('made')
  context.expect(user.folders()).toEqual([context.expect.stringMatching(/^seawall-work-/)])
  await user.signal('SIGKILL')
  await context.expect(user.leavesNothing()).resolves.toBeUndefined()
})
