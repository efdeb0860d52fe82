import { Version } from 'csp_evaluator/dist/csp.js'
import { CspEvaluator, DEFAULT_CHECKS, STRICTCSP_CHECKS } from 'csp_evaluator/dist/evaluator.js'
import { type Finding, Severity } from 'csp_evaluator/dist/finding.js'
import { CspParser } from 'csp_evaluator/dist/parser.js'

/** Something that csp_evaluator has to say about a policy. */
export interface CspFinding {
  /** Whether the checks that every policy gets found it, or those for a strict policy. */
  readonly check: 'default' | 'strict'
  /** How bad it is; `STRICT_CSP` marks what keeps a policy from being strict. */
  readonly severity: keyof typeof Severity
  /** How bad it is as a number: the lower the worse. */
  readonly rank: number
  /** The directive it is about. */
  readonly directive: string
  /** The value it is about, where it is about one. */
  readonly value: string | undefined
  /** What is wrong, in csp_evaluator's words. */
  readonly description: string
}

/** The rank of `MEDIUM_MAYBE`: a finding of at most this rank is a weakness, one above it is information. */
export const mediumMaybe: number = Severity.MEDIUM_MAYBE

/** What csp_evaluator's default checks and its checks for a strict policy find, the worst first. */
export function cspFindings(policy: string): CspFinding[] {
  const byDefault = evaluator(policy).evaluate([], DEFAULT_CHECKS)
  // these look for fallbacks, which the effective policy of a browser that needs none has no more
  const strictly = STRICTCSP_CHECKS.flatMap((check) => check(new CspParser(policy).csp))
  const findings = [...byDefault.map(toFinding('default')), ...strictly.map(toFinding('strict'))]
  const distinct = new Map(findings.map((finding) => [JSON.stringify(finding), finding]))
  return [...distinct.values()].toSorted((one, other) => one.rank - other.rank)
}

function evaluator(policy: string): CspEvaluator {
  return new CspEvaluator(new CspParser(policy).csp, Version.CSP3)
}

function toFinding(check: CspFinding['check']): (finding: Finding) => CspFinding {
  return ({ severity, directive, value, description }) => ({
    check,
    severity: Severity[severity] as keyof typeof Severity,
    rank: severity,
    directive,
    value,
    description,
  })
}
