import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { frameworkNames, frameworks } from '../src/frameworks.ts'
import { emptyFolder, runCreate } from './run-create.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

describe('create', () => {
  it.each(frameworkNames)('makes a project on %s that is named after its folder', async (framework) => {
    const folder = await emptyFolder()
    const { code, stdout, stderr } = await runCreate(folder, ['deep/my-app', '--framework', framework])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`${frameworks[framework]} is in deep/my-app`)
    expect(stdout).toContain('  cd deep/my-app\n  npm install\n  npm run dev\n')
    const project = join(folder, 'deep/my-app')
    expect(await manifestOf(project)).toMatchObject({ name: 'my-app', private: true })
    expect(await readFile(join(project, 'README.md'), 'utf8')).toMatch(
      `# my-app\n\nA bookstore on ${frameworks[framework]}`,
    )
    expect(await readFile(join(project, '.gitignore'), 'utf8')).toContain('node_modules')
    for (const file of ['src/app.ts', 'src/main.ts', 'src/create-bookstore.ts', 'test/bookstore.test.ts', 'assets'])
      expect(existsSync(join(project, file))).toBe(true)
  })

  it('takes the current folder, when it holds Git alone', async () => {
    const folder = await emptyFolder()
    await mkdir(join(folder, '.git'))
    await writeFile(join(folder, '.git/HEAD'), 'ref')
    const { code, stdout } = await runCreate(folder, ['.', '-f', 'koa', '-n', '@acme/books'])
    expect(code).toBe(0)
    expect(stdout).not.toContain('cd ')
    expect(await manifestOf(folder)).toMatchObject({ name: '@acme/books' })
    expect(await readFile(join(folder, '.git/HEAD'), 'utf8')).toBe('ref')
  })

  it.each([
    ['a file', 'keep.txt'],
    ['a hidden file', '.env'],
    ['a folder', 'src/keep.txt'],
  ])('refuses a folder with %s in it, and leaves it as it is', async (_what, file) => {
    const folder = await emptyFolder()
    await mkdir(join(folder, 'app', file, '..'), { recursive: true })
    await writeFile(join(folder, 'app', file), 'kept')
    const { code, stdout, stderr } = await runCreate(folder, ['app', '--framework', 'node'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(`Cannot create a project in app as it is not empty: it has ${file.split('/')[0]}\n`)
    expect(await readdir(join(folder, 'app'))).toEqual([file.split('/')[0]])
    expect(await readFile(join(folder, 'app', file), 'utf8')).toBe('kept')
  })

  it('refuses a path where a file is', async () => {
    const folder = await emptyFolder()
    await writeFile(join(folder, 'app'), 'kept')
    for (const path of ['app', 'app/below']) {
      const { code, stderr } = await runCreate(folder, [path, '--framework', 'node'])
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `Cannot create a project in ${path} as a file is there\n`,
      })
    }
    expect(await readFile(join(folder, 'app'), 'utf8')).toBe('kept')
  })

  it.each([
    [[], 'a folder must be named'],
    [[''], 'a folder must be named'],
    [['app', 'other', '-f', 'node'], 'one folder must be named: current values are app, other'],
    [['app', '--framework', 'rails'], `must be one of node, express, fastify, koa, hono: current value is "rails"`],
    [['app', '--framework', 'toString'], `current value is "toString"`],
    [['app', '--framework'], "Option '-f, --framework <value>' argument missing"],
    [['app', '--frmework', 'koa'], "Unknown option '--frmework': see --help"],
    [['app'], 'npm create @seawall my-app -- --framework fastify'],
    [['My App', '-f', 'node'], 'current value is "My App"'],
    [['app', '-f', 'node', '--name', '.hidden'], 'current value is ".hidden"'],
    [['app', '-f', 'node', '--name', 'node_modules'], 'current value is "node_modules"'],
    [['app', '-f', 'node', '--name', 'a'.repeat(215)], 'must be a name that npm takes'],
    [['app', '-f', 'node', '--name', '../up'], 'current value is "../up"'],
  ])('says what is wrong with %j in one line, and creates nothing', async (args, message) => {
    const folder = await emptyFolder()
    const { code, stdout, stderr } = await runCreate(folder, args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('names the package manager that runs it', async () => {
    const agent = { npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v24.0.0' }
    const { stdout } = await runCreate(await emptyFolder(), ['app', '-f', 'hono'], agent)
    expect(stdout).toContain('  pnpm install\n  pnpm run dev\n')
  })

  it('prints its usage and its version', async () => {
    const folder = await emptyFolder()
    const help = await runCreate(folder, ['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const name of frameworkNames) expect(help.stdout).toContain(`  ${name}`)
    const { version } = await manifestOf(join(import.meta.dirname, '..'))
    expect(await runCreate(folder, ['-v'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect(await readdir(folder)).toEqual([])
  })
})

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}
