import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, cp, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'vitest'
import { findServer } from '../src/find-server.ts'
import { keepFolder } from '../src/index.ts'
import { onPath } from '../src/on-path.ts'
import { isReachableByAll, isRoot, unprivilegedAccount } from '../src/unprivileged.ts'
import { startUser } from './support/user-process.ts'

const withoutRedis = onPath(['redis-server', 'valkey-server']) === undefined
const canUnpack = withoutRedis && onPath(['apt-get']) !== undefined
const canDrop = isRoot() && isReachableByAll(process.execPath) && isReachableByAll(import.meta.dirname)
const nothingGiven = { XDG_CACHE_HOME: '', SEAWALL_REDIS_SERVER: '', SEAWALL_MEMCACHED: '', SEAWALL_PGBOUNCER: '' }
const concurrent = true

test.runIf(withoutRedis)('without Redis and apt one error says what to install', { concurrent }, async (context) => {
  const user = await startUser(
    context,
    `
    await services.startRedis().catch((error) => console.log(error.name, error.code, error.message))
    console.log('Redis, if any:', await services.startRedisIfAny())`,
    { env: { ...nothingGiven, PATH: '/nowhere' } },
  )
  await user.ends()
  context
    .expect(user.output)
    .toBe(
      'MissingServerError ERR_MISSING_SERVER Cannot find redis-server: install it (Debian: apt-get install ' +
        'redis-server; macOS: brew install redis) or set SEAWALL_REDIS_SERVER to its path.\nRedis, if any: undefined\n',
    )
  await user.leavesNothing()
})

test('a path that the environment names is taken as it is', { concurrent }, async (context) => {
  const user = await startUser(context, `await services.startRedis().catch((error) => console.log(error.message))`, {
    env: { SEAWALL_REDIS_SERVER: '/nowhere/redis-server' },
  })
  await user.ends()
  context.expect(user.output).toContain('spawn /nowhere/redis-server ENOENT')
  await user.leavesNothing()
})

test.runIf(canUnpack)('a SIGKILL while packages are fetched leaves nothing', { concurrent }, async (context) => {
  const user = await startUser(context, 'await services.startRedis()', { env: nothingGiven })
  await user.runs('apt-get')
  await user.signal('SIGKILL')
  await user.leavesNothing()
  context.expect(readdirSync(join(user.folder, 'home/.cache/seawall'))).toEqual([])
})

test.runIf(canUnpack)(
  'where no cache can be written Redis is unpacked for one run',
  { concurrent },
  async (context) => {
    const user = await startUser(context, `await services.startRedis(); console.log('up')`, {
      env: { ...nothingGiven, XDG_CACHE_HOME: '/proc/nowhere' },
    })
    await user.ends()
    context.expect(user.output).toBe('up\n')
    context.expect(existsSync('/proc/nowhere')).toBe(false)
    await user.leavesNothing()
  },
)

test.runIf(canUnpack && canDrop)(
  'an ordinary user gets Redis, and runs all servers',
  { concurrent },
  async (context) => {
    const cache = await cacheOfNobody(context)
    const user = await startUser(
      context,
      `
    const starts = [services.startPostgres(), services.startRedis(), services.startMemcached()]
    const [postgres] = await Promise.all(starts)
    const bouncer = await services.startPgBouncer(postgres.url)
    await (await services.createDatabase(bouncer.url)).drop()
    console.log('all run for', process.getuid())
    setInterval(() => undefined, 1000)`,
      { env: { ...nothingGiven, XDG_CACHE_HOME: cache }, account: unprivilegedAccount() },
    )
    await user.says(`all run for ${unprivilegedAccount().uid}`)
    context.expect(user.folders()).toHaveLength(4)
    await user.signal('SIGKILL')
    await user.leavesNothing()
    context.expect(readdirSync(join(cache, 'seawall'))).toContain(`redis-${process.arch}`)
  },
)

/** A cache with all but Redis in it, lest every server is fetched again. */
async function cacheOfNobody({ onTestFinished }: TestContext): Promise<string> {
  const { path, remove } = await keepFolder('cache')
  onTestFinished(remove)
  const { uid, gid } = unprivilegedAccount()
  await mkdir(join(path, 'seawall'))
  for (const folder of [path, join(path, 'seawall')]) {
    await chmod(folder, 0o755)
    await chown(folder, uid, gid)
  }
  for (const name of ['memcached', 'pgbouncer'] as const) {
    await findServer(name)
    const folder = `seawall/${name}-${process.arch}`
    const unpacked = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), folder)
    if (existsSync(unpacked)) await cp(unpacked, join(path, folder), { recursive: true, verbatimSymlinks: true })
  }
  return path
}
