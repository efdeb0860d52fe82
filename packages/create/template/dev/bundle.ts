/*
 * `node dev/bundle.ts`: writes the service with everything it imports to one file in `dist/server`. With `dist/assets` beside
 * it, that is all an image or a server needs besides Node.
 */
import { build } from 'esbuild'

await build({
  entryPoints: ['src/main.ts'],
  // as deep as the sources, which look for the assets from where they are
  outfile: 'dist/server/main.js',
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  sourcemap: true,
  // CommonJS packages ask for Node's own modules by `require`
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  external: ['pg-native'],
  logLevel: 'error',
})
