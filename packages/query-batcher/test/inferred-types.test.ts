import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as inferred from './inferred/catalogue.ts'

const tsc = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
const project = fileURLToPath(new URL('inferred', import.meta.url))
const name: keyof typeof inferred = 'catalogue'
let folder: string
let diagnostics: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seawall-inferred-'))
  const flags = ['--outDir', folder, '--extendedDiagnostics', '--singleThreaded']
  const { stdout } = await promisify(execFile)(tsc, ['-p', project, ...flags])
  diagnostics = stdout
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

test('writes the inferred rows out as an editor shows them, without the types that they are made by', async () => {
  const declarations = await readFile(join(folder, `test/inferred/${name}.d.ts`), 'utf8')
  expect(declarations.replaceAll(/\s+/g, ' ').trim()).toBe(
    `/** Six relations on three levels. */ export declare const ${name}: {` +
      ' author: { editor: { editor_id: number | null; id: number; name: string; } | null;' +
      ' editor_id: number | null; id: number; name: string; };' +
      ' genres: { name: string; }[];' +
      ' reviews: { user: { reviewCount: number; id: string; name: string; };' +
      ' created_at: Date; rating: number; user_id: string; }[];' +
      ' author_id: number; id: number; title: string; }[];',
  )
})

test('infers a tree of six relations in few steps of the type checker', () => {
  const [, steps] = /^Instantiations:\s+(\d+)$/m.exec(diagnostics) ?? []
  // counted, as a time would depend on the machine; the sources of the package are checked as well
  expect(Number(steps)).toBeLessThan(120_000)
})
