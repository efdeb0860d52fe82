import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'services',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
    testTimeout: 60_000,
  },
})
