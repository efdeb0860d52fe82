import { readFile } from 'node:fs/promises'
import type { Asset, AssetManifest, Coding } from './manifest.ts'

const folder = new URL('../../dist/assets/', import.meta.url)

/** One way in which a file is sent. */
export interface Representation {
  /** How it is compressed; `identity` is not at all. */
  readonly coding: Coding | 'identity'
  /** What is sent. */
  readonly bytes: Buffer
  /** Names these bytes alone (RFC 9110 §8.8.3). */
  readonly etag: string
}

/** A file with everything it may be sent as. */
export interface LoadedAsset {
  /** Its media type. */
  readonly type: string
  /** The smallest first, `identity` last. */
  readonly representations: readonly Representation[]
}

/** What was built, in memory. */
export interface Assets {
  /** What templates need, by the names they call them. */
  readonly manifest: AssetManifest
  /** What is served, by the names in URLs. */
  readonly files: ReadonlyMap<string, LoadedAsset>
}

/**
 * Reads what `build-assets.ts` has written, once: no request reaches the file system, and no other file can be asked for.
 *
 * @throws Error when nothing was built.
 */
export async function loadAssets(): Promise<Assets> {
  const manifest = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8')) as AssetManifest
  const files = await Promise.all(
    Object.values(manifest).map(async (asset) => [asset.file, await load(asset)] as const),
  )
  return { manifest, files: new Map(files) }
}

async function load({ file, type, codings }: Asset): Promise<LoadedAsset> {
  const [, hash] = file.split('.')
  const compressed = codings.map(async (coding) => ({
    coding,
    bytes: await readFile(new URL(`${file}.${coding}`, folder)),
    etag: `"${hash}-${coding}"`,
  }))
  const identity = { coding: 'identity' as const, bytes: await readFile(new URL(file, folder)), etag: `"${hash}"` }
  return { type, representations: [...(await Promise.all(compressed)), identity] }
}
