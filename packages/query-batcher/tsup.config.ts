import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/budget.ts', 'src/kysely.ts'],
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
})
