import { delimiter, dirname } from 'node:path'

/** What a user's shell has: nothing of this repository, of pnpm or of a running npm, and the Node that runs this first. */
export function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(npm_|pnpm_|vitest|turbo_|node_path$|node_options$|init_cwd$)/i.test(entry[0]),
  )
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(entries), PATH: [dirname(process.execPath), ...path].join(delimiter), NO_COLOR: '1' }
}
