import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const sources = (await readdir(new URL('src/', root))).map((name) => `src/${name}`)
const examples = (await Promise.all(['README.md', ...sources].map(examplesOf))).flat()

test('there are examples in the README and at each door', () => {
  expect(new Set(examples.map(({ file }) => file))).toEqual(
    new Set([
      'README.md',
      'src/attach.ts',
      'src/express.ts',
      'src/fastify.ts',
      'src/hono.ts',
      'src/koa.ts',
      'src/protect.ts',
    ]),
  )
})

// by the public names, in a process of its own, as a reader would run it
test.each(examples)('the example in $file runs', { timeout: 30_000 }, async ({ code }) => {
  const args = ['--input-type=module', '--eval', `${code}\nprocess.exit(0)`]
  const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(root) })
  expect(stderr).toBe('')
})

async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.replace(/^ \* ?/gm, '').matchAll(/```[jt]s\n([^]*?)```/g)].map(([, code = '']) => ({ file, code }))
}
