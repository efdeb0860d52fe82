import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/summary-reporter.ts'

/** What only a real browser can tell; `npm run test:browser` runs it. */
export default defineConfig({
  test: {
    name: 'browser',
    include: ['{packages,examples}/*/test/browser/*.browser.ts', 'test/docs/*.browser.ts'],
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['./test/browser-setup.ts'],
    reporters: ['default', new SummaryReporter()],
  },
})
