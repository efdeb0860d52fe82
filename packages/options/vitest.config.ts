import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'options',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
