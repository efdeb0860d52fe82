/*
 * `node examples/stack/src/bundle.ts <framework> <folder>`: writes the bookstore on a framework as one file with everything
 * it imports, and its assets: what an image or a server needs besides Node.
 */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const [framework, folder] = process.argv.slice(2)
if (framework === undefined || folder === undefined) throw new Error('Usage: bundle.ts <framework> <folder>')

await build({
  entryPoints: [fileURLToPath(new URL(`../../${framework}/src/main.ts`, import.meta.url))],
  // as deep as the sources, which look for the assets from where they are
  outfile: join(folder, 'server/bin/main.js'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: true,
  // CommonJS packages ask for Node's own modules by `require`
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  external: ['pg-native'],
  logLevel: 'error',
})
await cp(new URL('../../bookstore/dist/assets/', import.meta.url), join(folder, 'dist/assets'), { recursive: true })
