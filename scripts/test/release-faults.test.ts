import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { installedPackages, licenceFaults } from '../release/licence-faults.ts'
import { changelogFaults, provenanceFaults, versionFaults } from '../release/manifest-faults.ts'
import type { Tarball } from '../release/pack-packages.ts'
import type { Manifest, PublishedPackage } from '../release/published-packages.ts'
import { contentFaults, leftoverFaults, pathFaults } from '../release/tarball-faults.ts'
import { publishesWithProvenance, workflowFaults } from '../release/workflow-faults.ts'

const work = mkdtempSync(join(tmpdir(), 'release-faults-'))
afterAll(() => rmSync(work, { recursive: true }))

const sound: Manifest = {
  name: '@seawall/limits',
  version: '1.2.0',
  license: 'MIT',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
  repository: { type: 'git', url: 'git+https://github.com/seawall/seawall.git', directory: 'packages/limits' },
  publishConfig: { access: 'public' },
}
const soundFiles = {
  LICENSE: 'MIT',
  'README.md': '# limits',
  'package.json': '{}',
  'dist/index.js': 'export const limit = 1',
  'dist/index.d.ts': 'export declare const limit: number',
}

let folders = 0

function write(files: Readonly<Record<string, string>>): string {
  const folder = join(work, String(folders++))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

function tarball(manifest: Partial<Manifest> = {}, files: Readonly<Record<string, string>> = soundFiles): Tarball {
  const unpacked = write(files)
  return { folder: 'limits', file: '', manifest: { ...sound, ...manifest }, unpacked, files: Object.keys(files) }
}

function published(manifest: Partial<Manifest> = {}, changelog = '# limits\n\n## 1.2.0\n'): PublishedPackage {
  return { folder: 'limits', path: write({ 'CHANGELOG.md': changelog }), manifest: { ...sound, ...manifest } }
}

test('a sound tarball has no faults', () => {
  const one = tarball()
  expect([...contentFaults(one), ...leftoverFaults(one), ...pathFaults(one, [work]), ...versionFaults([one])]).toEqual(
    [],
  )
  expect([...changelogFaults(published()), ...provenanceFaults([published()])]).toEqual([])
})

test('a tarball without a licence, a readme or a target of its exports is refused', () => {
  for (const file of ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']) {
    const files = Object.fromEntries(Object.entries(soundFiles).filter(([name]) => name !== file))
    expect(contentFaults(tarball({}, files))).toEqual([`@seawall/limits has no ${file}`])
  }
})

test('a published test is refused', () => {
  expect(contentFaults(tarball({}, { ...soundFiles, 'src/limit.test.ts': '' }))).toHaveLength(1)
})

test('a range that means something in the repository only is refused', () => {
  for (const range of ['workspace:^', 'catalog:', 'file:../guard', 'link:../guard']) {
    expect(leftoverFaults(tarball({ dependencies: { helmet: range } }))).toHaveLength(1)
    expect(leftoverFaults(tarball({ peerDependencies: { helmet: range } }))).toHaveLength(1)
  }
})

test('a path of the machine that packed is refused, in any file', () => {
  const files = { ...soundFiles, 'dist/index.js.map': `{"sources":["${work}/src/index.ts"]}` }
  expect(pathFaults(tarball({}, files), [work])[0]).toMatch(/dist\/index\.js\.map/)
})

test('a package that was never released, and one that depends on another version, are refused', () => {
  expect(versionFaults([tarball({ version: '0.0.0' })])[0]).toMatch(/no changeset names it/)
  const other = tarball({ name: '@seawall/other', dependencies: { '@seawall/limits': '^1.1.0' } })
  expect(versionFaults([tarball(), other])[0]).toMatch(
    /other depends on @seawall\/limits \^1\.1\.0, which is at 1\.2\.0/,
  )
})

test('a changelog of another version, and none, are refused', () => {
  expect(changelogFaults(published({}, '# limits\n\n## 1.1.0\n'))).toHaveLength(1)
  expect(changelogFaults({ ...published(), path: work })).toHaveLength(1)
})

test('a package of another repository, folder or audience is refused', () => {
  const repository = { type: 'git', url: 'git+https://github.com/seawall/seawall.git', directory: 'packages/limits' }
  const wrong: Partial<Manifest>[] = [
    { repository: { ...repository, url: 'https://example.com/seawall.git' } },
    { repository: { ...repository, url: 'git+https://github.com/other/seawall.git' } },
    { repository: { ...repository, directory: 'packages/other' } },
    { publishConfig: {} },
    { publishConfig: { access: 'public', provenance: true } },
  ]
  for (const manifest of wrong) expect(provenanceFaults([published(), published(manifest)])).not.toEqual([])
})

test('a dependency under a licence that asks for more is refused, however deep it lies', () => {
  const manifest = (license: string): string => JSON.stringify({ name: 'deep', version: '1.0.0', license })
  const project = (license: string): string =>
    write({
      'node_modules/@scope/flat/package.json': manifest('(GPL-2.0 OR MIT)'),
      'node_modules/@scope/flat/node_modules/deep/package.json': manifest(license),
    })
  expect(licenceFaults(installedPackages(project('ISC')))).toEqual([])
  for (const license of ['GPL-3.0', '', 'MIT AND GPL-3.0'])
    expect(licenceFaults(installedPackages(project(license)))).toHaveLength(1)
})

const workflow = `
name: check
on: push
permissions: { contents: read }
concurrency: check
jobs:
  check:
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@v5
      - run: npm run check
`
const scripts = { check: '' }

test('a sound workflow has no faults', () => {
  expect(workflowFaults('check.yml', workflow, scripts)).toEqual([])
})

test('a workflow with a fault is refused', () => {
  const faulty: readonly (readonly [RegExp, string | RegExp, string])[] = [
    [/no YAML/, 'on: push', 'on: [push'],
    [/no permissions/, /permissions.*/, ''],
    [/no concurrency/, /concurrency.*/, ''],
    [/write contents/, 'contents: read', 'contents: write'],
    [/no timeout/, /timeout.*/, 'runs-on: ubuntu'],
    [/has no version/, 'checkout@v5', 'checkout'],
    [/has no version/, 'checkout@v5', 'checkout@main'],
    [/which there is not/, 'run check', 'run chekc'],
    [/what a request says/, 'npm run check', 'echo ${{ github.event.pull_request.title }}'],
  ]
  for (const [fault, from, to] of faulty)
    expect(workflowFaults('check.yml', workflow.replace(from, to), scripts).join()).toMatch(fault)
})

test('publishing asks for an identity of the job and for provenance, both', () => {
  const release = `jobs:
  publish:
    permissions: { id-token: write }
    steps: [{ run: x, env: { NPM_CONFIG_PROVENANCE: true } }]`
  expect(publishesWithProvenance(release)).toBe(true)
  expect(publishesWithProvenance(release.replace('id-token: write', 'id-token: none'))).toBe(false)
  expect(publishesWithProvenance(release.replace('PROVENANCE: true', 'PROVENANCE: false'))).toBe(false)
})
