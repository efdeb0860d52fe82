import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readBody } from '../../src/reports/read-body.ts'

const limits = { maxBytes: 10, bodyTimeoutMs: 10_000 }

test('a stream that closes without a word is cut off', async () => {
  const stream = new Readable({ read: () => undefined })
  const reading = readBody(stream, limits)
  stream.destroy()
  expect(await reading).toBe('cut off')
})

test('a stream that was cut off before is cut off', async () => {
  const stream = new Readable({ read: () => undefined })
  stream.destroy()
  expect(await readBody(stream, limits)).toBe('cut off')
})

test('a stream that somebody has read is left alone', async () => {
  const stream = Readable.from([Buffer.from('x')])
  await stream.toArray()
  expect(readBody(stream, limits)).toBeUndefined()
})

test('what is no request is left alone', () => {
  expect(readBody({}, limits)).toBeUndefined()
})
