import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  // old enough to tell an older Node what it lacks
  target: 'node18',
  platform: 'node',
  clean: true,
})
