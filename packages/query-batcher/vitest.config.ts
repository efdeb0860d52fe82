import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'query-batcher',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
