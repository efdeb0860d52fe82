import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { answers } from '../src/answers.ts'
import { type Service, startRedis, startRedisIfAny } from '../src/index.ts'
import { stopAll } from '../src/start-all.ts'

async function ownRedis(): Promise<Service> {
  const redis = await startRedis({ settings: { maxmemory: '10mb' } })
  onTestFinished(() => redis.stop())
  return redis
}

function client(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => 20 })
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  return redis
}

test('it answers, with the settings asked for', async () => {
  const redis = await ownRedis()
  const commands = client(redis.url)
  expect(await commands.set('a', '1')).toBe('OK')
  expect(await commands.config('GET', 'maxmemory')).toEqual(['maxmemory', String(10 * 1024 * 1024)])
})

test('frozen it keeps its connections and is silent', async () => {
  const redis = await ownRedis()
  await redis.pause()
  expect(await answers(redis.port, 'PING\r\n', '+PONG')).toBe(false)
  await redis.resume()
  expect(await answers(redis.port, 'PING\r\n', '+PONG')).toBe(true)
})

test('killed and started again it answers on the same port, empty', async () => {
  const redis = await ownRedis()
  const commands = client(redis.url)
  await commands.set('a', '1')
  await redis.kill()
  expect(await answers(redis.port, 'PING\r\n', '+PONG')).toBe(false)
  await redis.restart()
  expect(await commands.get('a')).toBeNull()
})

test('killed from outside it is known to be gone, and can be started again', async () => {
  const redis = await ownRedis()
  process.kill(redis.pid ?? 0, 'SIGKILL')
  await expect.poll(() => redis.pid).toBeUndefined()
  await redis.restart()
  expect(await answers(redis.port, 'PING\r\n', '+PONG')).toBe(true)
})

test('many start side by side', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => startRedisIfAny()))
  expect(new Set(all.map((redis) => redis?.port)).size).toBe(4)
  await stopAll(all.filter((redis) => redis !== undefined))
})
