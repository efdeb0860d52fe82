import { join } from 'node:path'
import { runCommand, type Place } from '../create-check/run-command.ts'
import { entriesOf } from './published-packages.ts'
import type { Tarball } from './pack-packages.ts'

/** Has publint and attw judge tarballs. */
export async function judgeTarballs(tarballs: readonly Tarball[], root: string, env: Place['env']): Promise<void> {
  const tool = (name: string): string => join(root, 'node_modules/.bin', name)
  const place = { cwd: root, env }
  for (const { file, manifest } of tarballs) {
    await runCommand(`${tool('publint')} ${file} --strict`, place)
    if (entriesOf(manifest).length > 0)
      await runCommand(`${tool('attw')} ${file} --profile esm-only --no-color --format ascii`, place)
  }
}
