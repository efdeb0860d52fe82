import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'bookstore',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true, poll: { timeout: 10_000 } },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
