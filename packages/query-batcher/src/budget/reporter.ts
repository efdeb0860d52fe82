import { describe, type QueryReport } from './query-report.ts'

const type = 'QueryBudgetWarning'
const maxWarned = 1_000

/** Tells a report, and never throws: a request must not fail, nor a process end, because nobody could be told. */
export function reporter(onReport: ((report: QueryReport) => unknown) | undefined): (report: QueryReport) => void {
  const warn = warnOnce()
  if (onReport === undefined) return warn
  let hasFailed = false
  const fail = (report: QueryReport) => (error: unknown) => {
    if (!hasFailed) warnOfFailure(error)
    hasFailed = true
    warn(report)
  }
  return (report) => {
    try {
      Promise.resolve(onReport(report)).catch(fail(report))
    } catch (error) {
      fail(report)(error)
    }
  }
}

/** A warning of the process for each finding: an endpoint under load must not fill the log with one. */
function warnOnce(): (report: QueryReport) => void {
  const warned = new Set<string>()
  return (report) => {
    const [worst] = report.repeated.length > 0 ? report.repeated : report.statements
    const finding = `${worst?.at} ${worst?.sql}`
    if (warned.has(finding) || warned.size >= maxWarned) return
    warned.add(finding)
    process.emitWarning(describe(report), { type, code: 'SEAWALL_QUERY_BUDGET' })
  }
}

/** Without the error's message, which is another's and may tell anything. */
function warnOfFailure(error: unknown): void {
  const kind = error instanceof Error ? error.constructor.name : typeof error
  const message = `The function given to onReport has thrown a ${kind}, so reports go to warnings`
  process.emitWarning(message, { type, code: 'SEAWALL_QUERY_BUDGET_REPORT' })
}
