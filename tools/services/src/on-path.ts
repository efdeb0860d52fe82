import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of the commands that can be executed, also in the folders that only root's PATH names. */
export function onPath(commands: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']
  const paths = commands.flatMap((command) => folders.map((folder) => join(folder, command)))
  return paths.find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
