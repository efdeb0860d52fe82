import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { askFramework } from '../src/ask-framework.ts'
import { CreateError } from '../src/errors.ts'

describe('askFramework', () => {
  it.each([
    ['a number', '3\n', 'fastify'],
    ['a name', 'Hono \n', 'hono'],
    ['a good answer after bad ones', '0\n6\nrails\ntoString\n\nkoa\n', 'koa'],
  ])('takes %s', async (_what, typed, framework) => {
    const input = new PassThrough()
    const output = new PassThrough()
    input.end(typed)
    expect(await askFramework(input, output)).toBe(framework)
    output.end()
    expect(await text(output)).toContain('  1  node:http\n  2  Express 5\n')
  })

  it('ends with the input', async () => {
    const input = new PassThrough()
    input.end('rails\n')
    await expect(askFramework(input, new PassThrough())).rejects.toThrow(CreateError)
  })
})
