import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runCommand, type Place } from '../create-check/run-command.ts'
import { publishedPackages } from './published-packages.ts'

const leftOut = /(?:^|\/)(?:node_modules|\.git|\.turbo)$|^(?:docs\/api|benchmarks\/results|coverage)$/

/**
 * Copies the tree and does to the copy what a release would: `changeset version` gives the packages their versions and
 * changelogs, and what holds versions of others is made anew.
 */
export async function makeReleaseTree(root: string, tree: string, env: Place['env']): Promise<void> {
  cpSync(root, tree, { recursive: true, filter: (path) => !leftOut.test(relative(root, path)) })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  keepFromInstalling(tree)
  linkDependencies(root, tree)
  const place = { cwd: tree, env }
  // changesets looks up the commits of changes
  await runCommand('git init --quiet --initial-branch=main', place)
  await runCommand('git add packages .changeset', place)
  await runCommand('git -c user.name=release -c user.email=release@localhost commit --quiet -m tree', place)
  await runCommand(`${join(root, 'node_modules/.bin/changeset')} version`, place)
  for (const { path } of publishedPackages(tree))
    if (existsSync(join(path, 'scripts/build-templates.ts')))
      await runCommand(`${process.execPath} scripts/build-templates.ts`, { cwd: path, env })
}

/** What the copy is linked to is installed elsewhere, where pnpm would put links into the copy. */
function keepFromInstalling(tree: string): void {
  const file = join(tree, 'pnpm-workspace.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('verifyDepsBeforeRun: install', 'verifyDepsBeforeRun: false'))
}

/** The packages of the copy see each other in the copy, and everything else where it is installed. */
function linkDependencies(root: string, tree: string): void {
  for (const { folder, path } of publishedPackages(tree)) {
    const installed = join(root, 'packages', folder, 'node_modules')
    if (!existsSync(installed)) continue
    const modules = join(path, 'node_modules')
    mkdirSync(modules)
    for (const name of readdirSync(installed)) {
      if (name === '@seawall') mkdirSync(join(modules, name))
      else symlinkSync(join(installed, name), join(modules, name))
    }
    if (!existsSync(join(installed, '@seawall'))) continue
    for (const name of readdirSync(join(installed, '@seawall')))
      symlinkSync(siblingOf(root, tree, name), join(modules, '@seawall', name))
  }
}

function siblingOf(root: string, tree: string, name: string): string {
  const place = existsSync(join(tree, 'packages', name)) ? tree : root
  return join(place, place === tree ? 'packages' : 'tools', name)
}
