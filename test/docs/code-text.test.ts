import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { startPgBouncer } from '@seawall/services'
import { expect, inject, onTestFinished, test } from 'vitest'
import { documents, textOf } from './documents.ts'
import { codeBlocks, type CodeBlock } from './markdown.ts'
import { startNginxWith } from './start-nginx-with.ts'

const run = promisify(execFile)
const blocks = documents.flatMap((file) => codeBlocks(file, textOf(file)))

/** What is checked elsewhere, and what has no language: what a program prints. */
const others = new Set(['ts', 'js', 'sh', 'sql', ''])

const checks: Readonly<Record<string, (code: string) => unknown>> = {
  json: (code) => JSON.parse(code) as unknown,
  http: checkHttp,
  python: checkPython,
  nginx: checkNginx,
  ini: checkPgBouncer,
}

test.each(documents)('every fence of %s begins or ends a block that is read', (file) => {
  const fences = textOf(file).match(/^ *(?:```|~~~)/gm) ?? []
  expect(fences.length).toBe(2 * blocks.filter((block) => block.file === file).length)
})

test.each(blocks.filter(({ language }) => !others.has(language)))(
  'the $language at $file:$line is right',
  async ({ language, code }: CodeBlock) => {
    const check = checks[language] ?? (() => Promise.reject(new Error(`Nobody can check ${language}`)))
    await expect((async () => void (await check(code)))()).resolves.toBeUndefined()
  },
)

test.each([
  ['json', '{ "a": }'],
  ['http', 'hello'],
  ['python', 'def f('],
  ['nginx', 'server { listen 80; proxy_pas http://x; }'],
  ['ini', 'pool_mod = transaction'],
])('%s that is wrong is found out', async (language, code) => {
  await expect((async () => checks[language]?.(code))()).rejects.toThrow()
})

/** Messages begin with a request line or a status line, and have headers below it. */
function checkHttp(code: string): void {
  for (const message of code.trim().split(/\n\n(?=HTTP\/)/)) {
    const [first = '', ...rest] = message.split('\n')
    const headers = rest.slice(0, rest.includes('') ? rest.indexOf('') : rest.length)
    if (!/^(?:[A-Z]+ \S+ HTTP\/1\.1|HTTP\/1\.1 \d{3} [\w ]+)$/.test(first)) throw new Error(`'${first}' begins nothing`)
    new Headers(headers.map((line) => line.split(/: (.*)/, 2) as [string, string]))
  }
}

async function checkPython(code: string): Promise<void> {
  await run('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', code])
}

/** nginx starts with it. */
async function checkNginx(code: string): Promise<void> {
  const nginx = await startNginxWith(code, 3000)
  onTestFinished(() => nginx.stop())
}

/** PgBouncer starts with these settings. */
async function checkPgBouncer(code: string): Promise<void> {
  const settings = Object.fromEntries(
    code
      .trim()
      .split('\n')
      .map((line) => line.split(' = ') as [string, string]),
  )
  const bouncer = await startPgBouncer(inject('postgresUrl'), { settings })
  onTestFinished(() => bouncer.stop())
}
