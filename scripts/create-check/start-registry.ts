import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'

/** A registry that has the packed packages and nothing else. */
export interface Registry {
  /** Where it listens. */
  readonly url: string
  /** Ends it. */
  close(): Promise<void>
}

interface Manifest {
  readonly name: string
  readonly version: string
}

/** Serves tarballs as npm's registry would. */
export async function startRegistry(tarballs: readonly string[]): Promise<Registry> {
  const found = new Map<string, string | Buffer>()
  const server = createServer((request, response) => {
    const content = found.get(decodeURIComponent(request.url ?? ''))
    // a later registry on the same port has other packages of the same versions
    if (content === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'cache-control': 'no-store' }).end(content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const file of tarballs) {
    const manifest = manifestIn(file)
    const content = readFileSync(file)
    found.set(`/${basename(file)}`, content)
    found.set(`/${manifest.name}`, JSON.stringify(documentOf(manifest, `${url}/${basename(file)}`, content)))
  }
  return {
    url,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function manifestIn(tarball: string): Manifest {
  return JSON.parse(execFileSync('tar', ['-xOzf', tarball, 'package/package.json'], { encoding: 'utf8' })) as Manifest
}

function documentOf(manifest: Manifest, tarball: string, content: Buffer): object {
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
  const { name, version } = manifest
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist: { tarball, integrity } } },
  }
}
