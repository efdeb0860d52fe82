import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'scorers',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
