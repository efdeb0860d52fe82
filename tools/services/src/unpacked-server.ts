import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createKeeper } from './create-keeper.ts'
import type { ServerName, ServerSource } from './server-source.ts'
import { unpackDebian } from './unpack-debian.ts'

/**
 * The folder of a server unpacked from Debian's packages. It stays in the user's cache; where that cannot be written,
 * it lives in a temporary folder as long as this process. The system is not changed.
 */
export async function unpackedServer(name: ServerName, source: ServerSource): Promise<string> {
  const cache = cacheFolder()
  const place = join(cache, `${name}-${process.arch}`)
  if (existsSync(place)) return place
  const keeper = await createKeeper({ name: `unpack-${name}`, base: isWritable(cache) ? cache : tmpdir() })
  try {
    const root = await unpackDebian(keeper, source)
    if (!isWritable(cache)) return root
    await moveInto(root, place)
  } catch (error) {
    await keeper.end()
    throw error
  }
  await keeper.end()
  return place
}

function cacheFolder(): string {
  const given = process.env['XDG_CACHE_HOME']
  return join(given === undefined || given === '' ? join(homedir(), '.cache') : given, 'seawall')
}

function isWritable(folder: string): boolean {
  try {
    for (const path of [dirname(folder), folder]) makeFolder(path)
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Not `recursive`, which never returns where the kernel denies a folder below an existing one, as it does in /proc. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch {
    // it is there already, or the question for its access will fail
  }
}

/** One rename, so that no other run ever sees half of it; where another run was faster, its folder is as good. */
async function moveInto(root: string, place: string): Promise<void> {
  try {
    await rename(root, place)
  } catch (error) {
    if (!existsSync(place)) throw error
  }
}
