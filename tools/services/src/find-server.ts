import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { onPath } from './on-path.ts'
import { type ServerName, serverSources } from './server-source.ts'
import { unpackedServer } from './unpacked-server.ts'

/** A server's executable and what its environment needs. */
export interface FoundServer {
  /** The path of the executable. */
  readonly command: string
  /** Variables to start it with. */
  readonly env: Readonly<Record<string, string>>
}

const searches = new Map<ServerName, Promise<FoundServer>>()

/**
 * Finds a server: where its variable points, on the PATH, or else unpacked from Debian's packages.
 *
 * @throws MissingServerError when there is none and no way to get it
 */
export function findServer(name: ServerName): Promise<FoundServer> {
  let search = searches.get(name)
  if (search === undefined) {
    search = find(name)
    searches.set(name, search)
    // a failure can pass, and must not be remembered
    search.catch(() => searches.delete(name))
  }
  return search
}

async function find(name: ServerName): Promise<FoundServer> {
  const source = serverSources[name]
  const given = process.env[source.variable]
  const installed = given === undefined || given === '' ? onPath(source.commands) : given
  if (installed !== undefined) return { command: installed, env: {} }
  const root = await unpackedServer(name, source)
  const places =
    source.executable === undefined
      ? ['usr/bin', 'usr/sbin'].map((path) => join(path, source.debian))
      : [source.executable]
  const command = places.map((path) => join(root, path)).find((path) => existsSync(path))
  return { command: command ?? '', env: { LD_LIBRARY_PATH: libraryFolders(root).join(delimiter) } }
}

/** Where libraries lie: some packages keep their own a folder deeper than those of the architecture. */
function libraryFolders(root: string): string[] {
  const folders = ['lib', 'usr/lib'].map((path) => join(root, path)).filter((path) => existsSync(path))
  const below = folders.flatMap(subfolders)
  return [...folders, ...below, ...below.flatMap(subfolders).filter(holdsLibraries)]
}

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
}

function holdsLibraries(folder: string): boolean {
  return readdirSync(folder).some((name) => /\.so(?:\.|$)/.test(name))
}
