import { expect, it } from 'vitest'
import { packageManagerOf } from '../src/package-manager.ts'

it.each([
  ['npm/11.0.0 node/v24.0.0 linux x64', 'npm'],
  ['pnpm/10.1.0 npm/? node/v24.0.0 linux x64', 'pnpm'],
  ['yarn/4.0.0 npm/? node/v24.0.0 linux x64', 'yarn'],
  ['bun/1.3.0 npm/? node/v24.0.0 linux x64', 'bun'],
  ['rm -rf/1', 'npm'],
  [undefined, 'npm'],
])('takes %s for %s', (agent, manager) => {
  expect(packageManagerOf(agent)).toBe(manager)
})
