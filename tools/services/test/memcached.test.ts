import { expect, test } from 'vitest'
import { answers } from '../src/answers.ts'
import { startMemcached } from '../src/index.ts'

test('it stores values, and forgets them when it is killed', async () => {
  const memcached = await startMemcached({ maxMegabytes: 16 })
  expect(await answers(memcached.port, 'set a 0 0 1\r\n1\r\n', 'STORED')).toBe(true)
  expect(await answers(memcached.port, 'get a\r\n', 'VALUE a')).toBe(true)
  await memcached.kill()
  await memcached.restart()
  expect(await answers(memcached.port, 'get a\r\n', 'END')).toBe(true)
  await memcached.stop()
  expect(await answers(memcached.port, 'version\r\n', 'VERSION')).toBe(false)
})
