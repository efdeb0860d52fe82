/** Prints a line for each check and remembers whether all held. */
export class Report {
  /** How many checks have failed. */
  failed = 0

  /** Runs a check: what it returns is what it found in order, what it throws is what is wrong. */
  async check<T>(name: string, run: () => T | Promise<T>, say: (found: T) => string): Promise<T | undefined> {
    const startedAt = performance.now()
    const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
    try {
      const found = await run()
      console.log(`ok      ${name}: ${say(found)} (${seconds()})`)
      return found
    } catch (error) {
      this.failed++
      const text = error instanceof Error ? error.message : String(error)
      console.log(`FAILED  ${name} (${seconds()})\n${text.replaceAll(/^/gm, '        ')}`)
      return undefined
    }
  }
}

/** Throws what a check has found wrong, if anything. */
export function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faults.join('\n'))
}
