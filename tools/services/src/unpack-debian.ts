import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keeper } from './create-keeper.ts'
import { MissingServerError } from './errors.ts'
import { onPath } from './on-path.ts'
import type { ServerSource } from './server-source.ts'

/**
 * Downloads a Debian package with those of its dependencies that the system has not, and unpacks them below the
 * keeper's folder. No privilege is needed, since apt keeps its lists and its archive there too.
 *
 * @throws MissingServerError when there is no apt, or it fails
 */
export async function unpackDebian(keeper: Keeper, source: ServerSource): Promise<string> {
  const apt = onPath(['apt-get'])
  const dpkg = onPath(['dpkg'])
  if (apt === undefined || dpkg === undefined) throw missing(source)
  const [lists, archives, root] = ['lists', 'archives', 'root'].map((name) => join(keeper.folder, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [join(lists, 'partial'), join(archives, 'partial'), root])
    await mkdir(folder, { recursive: true })

  async function run(command: string, args: readonly string[]): Promise<void> {
    // apt puts what it verifies into TMPDIR, and leaves it there when it is killed
    const env = { LC_ALL: 'C', TMPDIR: keeper.folder }
    const { code, output } = await keeper.run({ command, args, env, timeoutMs: 300_000 })
    if (code !== 0) throw missing(source, `${command} ${args.join(' ')}: ${output.trim()}`)
  }

  const settings = privateState(keeper.folder, lists, archives)
  await run(apt, [...settings, 'update'])
  // apt itself finds out which dependencies are missing here
  await run(apt, [...settings, 'install', '--yes', '--download-only', '--no-install-recommends', source.debian])
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb')) await run(dpkg, ['--extract', join(archives, file), root])
  }
  return root
}

function privateState(cache: string, lists: string, archives: string): string[] {
  const settings = {
    'Dir::State::Lists': lists,
    'Dir::Cache': cache,
    'Dir::Cache::Archives': archives,
    'APT::Sandbox::User': '',
    'Debug::NoLocking': '1',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '10',
    'Acquire::https::Timeout': '10',
  }
  return ['-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
}

function missing({ commands, debian, homebrew, variable }: ServerSource, attempt?: string): MissingServerError {
  const [command] = commands
  const tried = attempt === undefined ? '' : ` Unpacking Debian's package failed: ${attempt}`
  return new MissingServerError(
    `Cannot find ${command}: install it (Debian: apt-get install ${debian}; macOS: brew install ${homebrew}) ` +
      `or set ${variable} to its path.${tried}`,
  )
}
