import { globSync } from 'node:fs'
import { root } from './documents.ts'

/**
 * Where an example's imports are looked for. A reader installs what a page names; here each package is installed by the
 * workspaces that use it, and nowhere else.
 */
export const workspaceFolders: readonly string[] = [
  `${root}benchmarks/`,
  ...globSync('{packages,examples,tools}/*/package.json', { cwd: root })
    .toSorted()
    .map((file) => root + file.slice(0, -'package.json'.length)),
]
