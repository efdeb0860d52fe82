import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/summary-reporter.ts'

/** What shows only after a while, with servers that are paused, killed and started again; `npm run test:soak` runs it. */
export default defineConfig({
  test: {
    name: 'soak',
    include: ['{packages,examples}/*/test/soak/*.soak.ts'],
    expect: { requireAssertions: true },
    testTimeout: 120_000,
    hookTimeout: 60_000,
    globalSetup: ['./test/global-setup.ts'],
    reporters: ['default', new SummaryReporter()],
    fileParallelism: false,
  },
})
