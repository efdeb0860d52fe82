import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'pooled-db',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
