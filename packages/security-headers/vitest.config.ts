import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'security-headers',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
