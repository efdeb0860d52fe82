// `node scripts/test-nodes.ts [node22|node26] [vitest's arguments]`: runs the tests under the other Node majors.
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { otherNodes } from './release/other-nodes.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const nodes = otherNodes()
const chosen = nodes.filter(({ name }) => process.argv.includes(name))
const args = process.argv.slice(2).filter((arg) => !nodes.some(({ name }) => name === arg))
const failed = (chosen.length > 0 ? chosen : nodes).filter(({ name, bin }) => {
  console.log(`--- ${name}`)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status } = spawnSync(join(bin, 'node'), [vitest, 'run', '--maxWorkers=4', '--project', '!types', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: bin + delimiter + process.env['PATH'] },
  })
  return status !== 0
})
if (failed.length > 0) {
  console.error(`failed: ${failed.map(({ name }) => name).join(', ')}`)
  process.exit(1)
}
