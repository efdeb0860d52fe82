import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'create',
    include: ['test/**/*.test.ts'],
    // every test runs processes
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { requireAssertions: true },
  },
})
