import { describe, expect, it } from 'vitest'
import { projectTests } from '../scripts/project-tests.ts'
import { replaceFound } from '../scripts/repository.ts'
import { resolveVersions } from '../scripts/resolve-versions.ts'
import { rewriteImports } from '../scripts/rewrite-imports.ts'

describe('rewriteImports', () => {
  it('imports from the files that export what the bookstore did', () => {
    const text = `import { run, queryOf, type Mount } from '@seawall-examples/bookstore'\nimport type { Bookstore } from '@seawall-examples/bookstore'\n`
    expect(rewriteImports(text, 'src/app.ts', 'koa')).toBe(
      `import { queryOf } from './route.ts'\nimport { run } from './run.ts'\nimport type { Mount } from './serve.ts'\n` +
        `import type { Bookstore } from './create-bookstore.ts'\n`,
    )
  })

  it('leaves what is published', () => {
    const text = `import { guard } from '@seawall/guard/koa'\nimport Koa from 'koa'\n`
    expect(rewriteImports(text, 'src/app.ts', 'koa')).toBe(text)
  })

  it.each([
    [`import { startRedis } from '@seawall/services'`, 'test/x.ts imports startRedis from @seawall/services'],
    [`import { nothing } from '@seawall-examples/bookstore'`, 'imports nothing from @seawall-examples/bookstore'],
    [`import { mount } from '@seawall-examples/hono'`, 'imports mount from @seawall-examples/hono'],
  ])('refuses %s', (text, message) => {
    expect(() => rewriteImports(text, 'test/x.ts', 'koa')).toThrow(message)
  })
})

describe('projectTests', () => {
  it('takes the suite that needs PostgreSQL alone with all that it imports, and no server', () => {
    const files = projectTests()
    expect(files).toEqual(expect.arrayContaining(['core-suite.ts', 'describe-login.ts', 'ask.ts', 'use-bookstore.ts']))
    expect(files).not.toContain('suite.ts')
    expect(files).not.toContain('describe-redis.ts')
  })
})

describe('resolveVersions', () => {
  it('writes versions as they are outside of this repository', () => {
    expect(resolveVersions({ koa: 'catalog:', 'typescript-7': 'catalog:', other: '^1.0.0' })).toEqual({
      koa: expect.stringMatching(/^\^3\./),
      'typescript-7': expect.stringMatching(/^7\./),
      other: '^1.0.0',
    })
  })

  it('leaves out what is not published', () => {
    expect(
      resolveVersions({ '@seawall/services': 'workspace:*', '@seawall-examples/bookstore': 'workspace:*' }),
    ).toEqual({})
  })

  it('refuses what the catalog does not have', () => {
    expect(() => resolveVersions({ 'left-pad': 'catalog:' })).toThrow('left-pad is not in the catalog')
  })
})

it('notices that what it replaces is gone', () => {
  expect(replaceFound('a b', 'b', 'c')).toBe('a c')
  expect(() => replaceFound('a b', 'x', 'c')).toThrow('as x is not there')
})
