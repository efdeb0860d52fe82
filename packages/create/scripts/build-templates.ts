/*
 * `node scripts/build-templates.ts`: makes of `examples/` what a created project consists of: `dist/templates/common` and,
 * for each framework, what is its own.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { frameworkNames, type Framework } from '../src/frameworks.ts'
import { environmentExample, variablesGuide } from './environment-example.ts'
import { projectManifest } from './project-manifest.ts'
import { projectTests } from './project-tests.ts'
import { filesIn, read, readBytes, replaceFound } from './repository.ts'
import { rewriteImports } from './rewrite-imports.ts'
import { composeFile, dockerfile } from './stack-files.ts'

type Files = Readonly<Record<string, string | Buffer>>

const target = new URL('../dist/templates/', import.meta.url)

rmSync(target, { recursive: true, force: true })
write('common', common())
for (const framework of frameworkNames) write(framework, own(framework))

/** What is the same on every framework. */
function common(): Files {
  const sources = filesIn('examples/bookstore/src').filter((path) => path !== 'index.ts')
  return {
    ...copies('examples/bookstore/assets', 'assets'),
    ...copies('examples/bookstore/src', 'src', sources),
    ...copies('examples/bookstore/test', 'test', projectTests()),
    ...copies('packages/create/template', '.'),
    'nginx.conf.template': read('examples/stack/nginx.conf.template'),
    Dockerfile: dockerfile(),
    'compose.yaml': composeFile(),
    'tsconfig.json': tsconfig(),
    'README.md': `${read('packages/create/template/README.md')}\n${variablesGuide()}`,
    '.env.example': environmentExample(),
  }
}

function own(framework: Framework): Files {
  const text = read(`examples/${framework}/test/bookstore.test.ts`)
  const test = replaceFound(text, /describeBookstore/g, 'describeCore')
  return {
    ...copies(`examples/${framework}/src`, 'src', undefined, framework),
    'test/bookstore.test.ts': rewriteImports(test, 'test/bookstore.test.ts', framework),
    'package.json': toJson(projectManifest(framework)),
  }
}

/** The files of a folder by their paths in a project. */
function copies(folder: string, to: string, paths = filesIn(folder), framework: Framework = 'node'): Files {
  const entries = paths.map((path) => {
    const place = to === '.' ? path : `${to}/${path}`
    const content = path.endsWith('.ts')
      ? rewriteImports(read(`${folder}/${path}`), place, framework)
      : readBytes(`${folder}/${path}`)
    return [place, content] as const
  })
  return Object.fromEntries(entries)
}

/** The compiler options of this repository, but for those that make declarations. */
function tsconfig(): string {
  const { compilerOptions } = JSON.parse(read('tsconfig.base.json')) as { compilerOptions: Record<string, unknown> }
  const unwanted = ['declaration', 'declarationMap', 'sourceMap', 'stripInternal']
  const options = Object.fromEntries(Object.entries(compilerOptions).filter(([name]) => !unwanted.includes(name)))
  return toJson({ compilerOptions: options, include: ['src', 'dev', 'test', '*.config.ts'] })
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = new URL(`${folder}/${path}`, target)
    mkdirSync(new URL('.', file), { recursive: true })
    writeFileSync(file, content)
  }
}
