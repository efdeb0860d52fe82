import { existsSync, globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documents, root, textOf } from './documents.ts'
import { codeBlocks } from './markdown.ts'

interface Manifest {
  readonly name: string
  readonly scripts?: Record<string, string>
  readonly bin?: object | string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

const manifests = globSync('{.,benchmarks,{packages,examples,tools}/*}/package.json', { cwd: root }).map(
  (file) => JSON.parse(textOf(file)) as Manifest,
)
/** What can be run here, and in a project that `npx @seawall/create` makes. */
const scripts = new Set(
  ['package.json', 'packages/create/dist/templates/node/package.json'].flatMap((file) =>
    Object.keys((JSON.parse(textOf(file)) as Manifest).scripts ?? {}),
  ),
)
const benchmarks = globSync('benchmarks/src/benchmarks/*.ts', { cwd: root }).map((file) => nameOf(file))
/** What can be installed: our packages, and what they or the examples stand on. */
const packages = new Set(
  manifests.flatMap(({ name, dependencies, devDependencies, peerDependencies }) => [
    name,
    ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
  ]),
)

/** What a reader is told to type, in a block or within a sentence. */
const commands = documents.flatMap((file) => {
  const blocks = codeBlocks(file, textOf(file)).filter(({ language }) => language === 'sh')
  const typed = blocks.flatMap(({ line, code }) =>
    code.split('\n').map((text, index) => ({ line: line + index, text })),
  )
  const named = textOf(file)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/`((?:npm|npx|node) [^`]+)`/g)].map((match) => ({ line: index + 1, text: match[1] ?? '' })),
    )
  return [...typed, ...named]
    .map(({ line, text }) => ({ file, line, command: text.replace(/(^| )#.*$/, '').trim() }))
    .filter(({ command }) => command !== '')
})

test.each(commands)('$command at $file:$line can be typed', ({ command }) => {
  expect(mistakesIn(command)).toEqual([])
})

test.each([
  'npm run biuld',
  'npm instal',
  'npm install exprss',
  'npx pnpm@10 run biuld',
  'npm run bench -- header',
  'npx no-such-thing',
  'node examples/none.ts',
  'diff README.md NONE.md',
  'rm -rf node_modules',
])('%s is a mistake', (command) => {
  expect(mistakesIn(command)).not.toEqual([])
})

/** What a command names and this repository has not. */
function mistakesIn(command: string): string[] {
  const [program = '', ...args] = command.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word))
  if (program === 'npm') return mistakesOfNpm(args)
  if (program === 'npx') return mistakesOfNpx(args)
  if (program === 'node' || program === 'diff' || program === 'docker') return missingFiles(args)
  return ['cd', 'curl', 'openssl'].includes(program) ? [] : [`${program} is no command of this repository`]
}

function mistakesOfNpm([first = '', ...args]: readonly string[]): string[] {
  if (first === 'test' || first === 'start') return scripts.has(first) ? [] : [first]
  if (first === 'install') return args.filter((name) => !packages.has(name))
  if (first === 'create') return mistakesOfNpx([`${args[0]}/create`])
  if (first !== 'run') return [first]
  const [script = '', separator, ...names] = args
  if (!scripts.has(script)) return [script]
  if (script !== 'bench' || separator === undefined) return []
  const known = ['<name>', '--quick', '--write-docs', ...benchmarks]
  return names.filter((name) => !known.includes(name))
}

function mistakesOfNpx([first = '', ...args]: readonly string[]): string[] {
  if (first.startsWith('pnpm@')) return args[0] === 'exec' ? mistakesOfNpx(args.slice(1)) : mistakesOfNpm(args)
  const runnable = packages.has(first) || manifests.some(({ name, bin }) => name === first && bin !== undefined)
  return runnable || first === 'changeset' ? [] : [first]
}

function missingFiles(args: readonly string[]): string[] {
  return args.filter((arg) => /[/.]\w/.test(arg) && !arg.startsWith('-') && !existsSync(root + arg))
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1, -'.ts'.length)
}
