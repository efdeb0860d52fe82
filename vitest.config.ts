import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/summary-reporter.ts'

const types = {
  test: {
    name: 'types',
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      include: ['packages/*/test/**/*.test-d.ts'],
      tsconfig: './tsconfig.types.json',
      ignoreSourceErrors: false,
    },
  },
}

export default defineConfig({
  test: {
    projects: ['packages/*', 'tools/*', 'examples/{bookstore,node,express,fastify,koa,hono,stack}', 'test/docs', types],
    globalSetup: ['./test/global-setup.ts'],
    reporters: ['default', new SummaryReporter()],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
})
