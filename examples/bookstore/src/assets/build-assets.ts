/*
 * `node src/assets/build-assets.ts`: copies the files of `assets/` to `dist/assets/` under names with a hash, each with its
 * compressed variants beside it, and writes their manifest.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { integrityOf } from '@seawall/security-headers'
import type { Asset, AssetManifest, Coding } from './manifest.ts'

const source = new URL('../../assets/', import.meta.url)
const target = new URL('../../dist/assets/', import.meta.url)

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const compressors: Readonly<Record<Coding, (content: Buffer) => Buffer>> = {
  br: (content) => brotliCompressSync(content),
  zstd: (content) => zstdCompressSync(content),
  gzip: (content) => gzipSync(content, { level: 9 }),
}

await rm(target, { recursive: true, force: true })
await mkdir(target, { recursive: true })
const manifest: Record<string, Asset> = {}
for (const name of await readdir(source)) manifest[name] = await build(name)
await writeFile(new URL('manifest.json', target), JSON.stringify(manifest satisfies AssetManifest, null, 2))

async function build(name: string): Promise<Asset> {
  const extension = extname(name)
  const type = types[extension]
  if (type === undefined) throw new Error(`Cannot build ${name} as its media type is not known`)
  const content = await readFile(new URL(name, source))
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
  const file = `${name.slice(0, -extension.length)}.${hash}${extension}`
  await writeFile(new URL(file, target), content)
  const compressed = Object.entries(compressors)
    .map(([coding, compress]) => ({ coding: coding as Coding, bytes: compress(content) }))
    .filter(({ bytes }) => bytes.length <= 0.95 * content.length)
    .toSorted((a, b) => a.bytes.length - b.bytes.length)
  for (const { coding, bytes } of compressed) await writeFile(new URL(`${file}.${coding}`, target), bytes)
  return { file, type, integrity: await integrityOf(content), codings: compressed.map(({ coding }) => coding) }
}
