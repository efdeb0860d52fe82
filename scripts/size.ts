// Fails when the minified, gzipped code of an entry grows past its budget in size-budgets.json.
import { build } from 'esbuild'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

const packages = new URL('../packages/', import.meta.url)
const budgets = JSON.parse(readFileSync(new URL('../size-budgets.json', import.meta.url), 'utf8')) as Record<
  string,
  number
>

async function sizeOf(file: URL): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    packages: 'external',
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

for (const folder of readdirSync(packages)) {
  const manifest = JSON.parse(readFileSync(new URL(`${folder}/package.json`, packages), 'utf8')) as Manifest
  for (const [key, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue
    const entry = manifest.name + key.slice(1)
    const size = await sizeOf(new URL(`${folder}/${target.default}`, packages))
    const budget = budgets[entry] ?? 0
    console.log(`${size > budget ? 'TOO BIG' : 'ok     '} ${entry} ${size} of ${budget} bytes`)
    if (size > budget) process.exitCode = 1
  }
}
