import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

/** Ends the run with one line that a machine can read: `12 passed, 0 failed`. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
    const count = (state: string): number => states.filter((each) => each === state).length
    const counted = count('failed') + modules.reduce((sum, module) => sum + brokenParts(module), 0) + errors.length
    // a run that fails before its first test, as where a server does not start, has nothing to count
    const failed = Math.max(counted, reason === 'passed' ? 0 : 1)
    const skipped = count('skipped') + count('pending')
    console.log(`\n${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
}

/** A file that does not load, or a hook that throws, fails without a failed test. */
function brokenParts(module: TestModule): number {
  const parts = [module, ...module.children.allSuites()]
  return parts.filter((part) => part.errors().length > 0).length
}
