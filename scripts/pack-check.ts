// Packs every package, judges the tarballs, installs them in a bare project and loads every entry from ESM and CommonJS.
import { keepFolder } from '@seawall/services'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from './create-check/clean-environment.ts'
import { importAll, installFresh } from './release/fresh-project.ts'
import { judgeTarballs } from './release/judge-tarballs.ts'
import { packPackages } from './release/pack-packages.ts'
import { ownEnvironment } from './release/own-environment.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = await keepFolder('pack-check')
try {
  const tarballs = await packPackages(root, join(folder.path, 'tarballs'), ownEnvironment())
  await judgeTarballs(tarballs, root, ownEnvironment())
  const project = join(folder.path, 'project')
  const setting = { node: process.execPath, env: cleanEnvironment() }
  await installFresh(project, tarballs, { ...setting, kind: 'ESM' })
  const count = await importAll(project, tarballs, { ...setting, kind: 'ESM' })
  await importAll(project, tarballs, { ...setting, kind: 'CommonJS' })
  console.log(`${tarballs.length} tarballs, ${count} entries load from ESM and CommonJS`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await folder.remove()
}
