/*
 * `npm run release:dry`: everything that a release does short of publishing, on a copy of the tree: versions, changelogs,
 * packed packages, and projects that install them on every Node they support. One line a check.
 */
import { keepFolder } from '@seawall/services'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from './create-check/clean-environment.ts'
import { runCommand } from './create-check/run-command.ts'
import { importAll, installFresh, type ProjectKind } from './release/fresh-project.ts'
import { judgeTarballs } from './release/judge-tarballs.ts'
import { installedPackages, licenceFaults } from './release/licence-faults.ts'
import { changelogFaults, provenanceFaults, versionFaults } from './release/manifest-faults.ts'
import { otherNodes } from './release/other-nodes.ts'
import { ownEnvironment } from './release/own-environment.ts'
import { packPackages, type Tarball } from './release/pack-packages.ts'
import { publishedPackages } from './release/published-packages.ts'
import { makeReleaseTree } from './release/release-tree.ts'
import { refuse, Report } from './release/report.ts'
import { contentFaults, leftoverFaults, pathFaults } from './release/tarball-faults.ts'
import { publishesWithProvenance, workflowFaults } from './release/workflow-faults.ts'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const env = ownEnvironment()
const report = new Report()
const folder = await keepFolder('release-dry')
try {
  await dryRun(folder.path)
} finally {
  await folder.remove()
}
console.log(report.failed === 0 ? '\nReady to be published.' : `\n${report.failed} checks failed.`)
process.exitCode = report.failed === 0 ? 0 : 1

async function dryRun(work: string): Promise<void> {
  await checkWorkflows()
  await checkSizes()
  const tree = join(work, 'tree')
  const made = await report.check(
    'changesets',
    () => makeReleaseTree(root, tree, env).then(() => publishedPackages(tree)),
    (packages) => packages.map(({ folder: name, manifest }) => `${name} ${manifest.version}`).join(', '),
  )
  if (made === undefined) return
  await report.check(
    'changelogs',
    () => refuse(made.flatMap(changelogFaults)),
    () => 'each begins with its version',
  )
  await report.check(
    'provenance',
    () => refuse(provenanceFaults(made)),
    () => 'all name this repository and their folder',
  )
  const tarballs = await report.check(
    'pack',
    () => packPackages(tree, join(work, 'tarballs'), env),
    (packed) => `${packed.length} tarballs`,
  )
  if (tarballs === undefined) return
  await checkTarballs(tarballs, [root, work])
  await checkProjects(tarballs, work)
  if (existsSync(join(root, 'scripts/create-check.ts')))
    await report.check('created projects', () => runScript('create-check.ts'), lastLine)
}

async function checkWorkflows(): Promise<void> {
  const workflows = join(root, '.github/workflows')
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  await report.check(
    'workflows',
    () => {
      const files = readdirSync(workflows)
      const read = (file: string): string => readFileSync(join(workflows, file), 'utf8')
      refuse(files.flatMap((file) => workflowFaults(file, read(file), scripts)))
      if (!publishesWithProvenance(read('release.yml'))) throw new Error('release.yml publishes without provenance')
      return files
    },
    (files) => files.join(', '),
  )
}

async function checkSizes(): Promise<void> {
  await report.check(
    'sizes',
    () => runScript('size.ts'),
    (text) => `${text.trim().split('\n').length} entries within their budgets`,
  )
}

async function checkTarballs(tarballs: readonly Tarball[], machine: readonly string[]): Promise<void> {
  const each = (faults: (tarball: Tarball) => readonly string[]) => (): void => refuse(tarballs.flatMap(faults))
  const files = tarballs.reduce((sum, tarball) => sum + tarball.files.length, 0)
  await report.check(
    'versions',
    () => refuse(versionFaults(tarballs)),
    () => 'packages depend on what is published',
  )
  await report.check('contents', each(contentFaults), () => `licence, readme and all targets in ${files} files`)
  await report.check('protocols', each(leftoverFaults), () => 'no workspace: and no catalog: left')
  await report.check(
    'paths',
    each((tarball) => pathFaults(tarball, machine)),
    () => 'none of this machine',
  )
  await report.check(
    'publint, attw',
    () => judgeTarballs(tarballs, root, env),
    () => 'nothing to say',
  )
}

async function checkProjects(tarballs: readonly Tarball[], work: string): Promise<void> {
  const pinned = `node${process.versions.node.split('.')[0]}`
  const others = await report.check('other Nodes', otherNodes, (found) => found.map(({ name }) => name).join(', '))
  const nodes = [
    { name: pinned, node: process.execPath },
    ...(others ?? []).map(({ name, bin }) => ({ name, node: join(bin, 'node') })),
  ]
  const kinds: readonly ProjectKind[] = ['ESM', 'CommonJS', 'TypeScript']
  for (const { name, node } of nodes)
    for (const kind of kinds)
      await report.check(
        `${kind} on ${name}`,
        async () => {
          const project = join(work, name, kind)
          const setting = { node, kind, env: cleanEnvironment() }
          await installFresh(project, tarballs, setting)
          return importAll(project, tarballs, setting)
        },
        (entries) => `${entries} entries`,
      )
  await report.check(
    'licences',
    () => {
      const installed = installedPackages(join(work, pinned, 'ESM'))
      if (installed.length === 0) throw new Error('nothing is installed that could be looked at')
      refuse(licenceFaults(installed))
      return installed.length
    },
    (count) => `${count} packages, all free to use`,
  )
}

function runScript(name: string): Promise<string> {
  return runCommand(`${process.execPath} ${join(root, 'scripts', name)}`, { cwd: root, env })
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
