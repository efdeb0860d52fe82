import { onTestFinished } from 'vitest'
import { turn } from './held-batcher.ts'

/** The warnings of the process with this code, from now on to the end of the test. */
export function warningsOf(code: string) {
  const warnings: Error[] = []
  const listen = (warning: Error & { readonly code?: string }) => {
    if (warning.code === code) warnings.push(warning)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return {
    /** Those that were given so far. */
    async messages(): Promise<string[]> {
      await turn()
      return warnings.map(({ message }) => message)
    },
  }
}
