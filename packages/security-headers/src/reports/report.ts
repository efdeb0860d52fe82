/*
 * What a browser has to say about a page, in one form. Browsers send two: the older `application/csp-report` for
 * `report-uri`, and `application/reports+json` (Reporting API) for `report-to` and Reporting-Endpoints. Anyone can send
 * either, so a report is a hint and never a fact: every string in it is bounded and of one line, and addresses have
 * neither credentials nor query nor fragment, where secrets travel.
 */

/** What a browser reports, from whichever format. */
export interface Report {
  /** What it is about: `csp-violation`, `integrity-violation`, `coep`, `deprecation` and so on. */
  readonly type: string
  /** The page, without query and fragment; empty when the browser did not say. */
  readonly url: string
  /** How long the browser kept the report before it sent it, in milliseconds, where it says so. */
  readonly ageMs: number | undefined
  /** The browser. */
  readonly userAgent: string | undefined
  /** How many reports of the same content have been held back since this one was last published. */
  readonly repeats: number
  /** What happened. */
  readonly body: ReportBody
}

/** A report before it is known whether it is a repetition. */
export type ParsedReport = Omit<Report, 'repeats'>

/** What happened, as far as the browser says it. */
export interface ReportBody {
  /** The page that broke the policy, without query and fragment. */
  readonly documentUrl?: string
  /** What was blocked, without query and fragment: an address, or a word such as `inline`, `eval` or `data`. */
  readonly blockedUrl?: string
  /** The directive that was broken, `script-src-elem`. */
  readonly effectiveDirective?: string
  /** Whether the browser blocked it (`enforce`) or only tells (`report`). */
  readonly disposition?: 'enforce' | 'report'
  /** The beginning of the blocked script or style, where the policy has `'report-sample'`. */
  readonly sample?: string
  /** The policy that was broken, its nonces taken out. */
  readonly policy?: string
  /** The file in which it happened, without query and fragment. */
  readonly sourceFile?: string
  /** The line in that file. */
  readonly lineNumber?: number
  /** The column in that line. */
  readonly columnNumber?: number
  /** The page's status code. */
  readonly statusCode?: number
  /** What else a report of its type says: the scalars by the browser's names, at most 16. */
  readonly details: Readonly<Record<string, string | number | boolean>>
}
