import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'tiered-cache',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
