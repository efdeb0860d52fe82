import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const sources = (await readdir(new URL('src/', root), { recursive: true })).filter((name) => name.endsWith('.ts'))
const examples = (await Promise.all(['README.md', ...sources.map((name) => `src/${name}`)].map(examplesOf))).flat()

test('there are examples in the README and in the doc comments', () => {
  expect(examples.filter(({ file }) => file === 'README.md').length).toBeGreaterThanOrEqual(6)
  expect(examples.length).toBeGreaterThanOrEqual(12)
})

// by the public names, in a process of its own, as a reader would run it
test.each(examples)('the example in $file runs', { timeout: 30_000 }, async ({ code }) => {
  const args = ['--input-type=module', '--eval', `${code.replaceAll('listen(3000)', 'listen(0)')}\nprocess.exit(0)`]
  const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(root) })
  expect(stderr).toBe('')
})

/** Code that stands alone; a line without imports shows a call. */
async function examplesOf(file: string): Promise<{ file: string; code: string }[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  const blocks = [...text.replace(/^ *\* ?/gm, '').matchAll(/```[jt]s\n([^]*?)```/g)]
  return blocks.map(([, code = '']) => ({ file, code })).filter(({ code }) => code.includes('import '))
}
