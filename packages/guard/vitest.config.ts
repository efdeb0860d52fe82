import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    name: 'guard',
    include: ['test/**/*.test.ts'],
    expect: { requireAssertions: true },
    // tests provoke what guards throw where nobody takes it
    execArgv: ['--disable-warning=SEAWALL_GUARD_ERROR'],
  },
})
