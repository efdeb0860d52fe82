import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'ratelimit',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
    isolate: false,
    // Most tests wait for a window to pass, and cost nothing meanwhile.
    maxConcurrency: 20,
  },
})
