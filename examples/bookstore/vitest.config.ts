import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'bookstore',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
  },
})
