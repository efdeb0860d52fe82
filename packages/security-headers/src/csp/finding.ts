/** How bad a finding is: an error can never have been meant, a warning opens a way in, an info is worth knowing. */
export type CspLevel = 'error' | 'warning' | 'info'

/** What the linter of policies looks for, and how bad each is. */
export const findingLevels = {
  'csp/invalid-character': 'error',
  'csp/unknown-directive': 'error',
  'csp/duplicate-directive': 'error',
  'csp/misspelt-keyword': 'error',
  'csp/unquoted-keyword': 'error',
  'csp/missing-semicolon': 'error',
  'csp/none-with-others': 'error',
  'csp/invalid-hash': 'error',
  'csp/unknown-keyword': 'warning',
  'csp/invalid-source': 'warning',
  'csp/unexpected-value': 'warning',
  'csp/duplicate-source': 'warning',
  'csp/missing-script-src': 'warning',
  'csp/missing-object-src': 'warning',
  'csp/missing-base-uri': 'warning',
  'csp/strict-dynamic-without-nonce': 'warning',
  'csp/unsafe-inline': 'warning',
  'csp/unsafe-eval': 'warning',
  'csp/wildcard': 'warning',
  'csp/broad-scheme': 'warning',
  'csp/plain-http': 'warning',
  'csp/static-nonce': 'warning',
  'csp/nonce-too-short': 'warning',
  'csp/deprecated-directive': 'warning',
  'csp/report-only-without-report': 'warning',
  'csp/unsafe-inline-style': 'info',
  'csp/unsafe-hashes': 'info',
  'csp/allowed-hosts': 'info',
  'csp/ip-source': 'info',
  'csp/keyword-without-effect': 'info',
  'csp/ignored-in-report-only': 'info',
  'csp/frame-ancestors-missing': 'info',
  'csp/form-action-missing': 'info',
  'csp/trusted-types-missing': 'info',
} as const satisfies Readonly<Record<string, CspLevel>>

/** The id of a finding, `csp/none-with-others`. */
export type CspFindingId = keyof typeof findingLevels

/** Every id. */
export const findingIds = Object.keys(findingLevels) as readonly CspFindingId[]

/** One thing that the linter found in a policy. */
export interface CspFinding {
  /** What it is; ids stay what they are. */
  readonly id: CspFindingId
  /** How bad it is. */
  readonly level: CspLevel
  /** What is wrong, and what to do. */
  readonly message: string
  /** The directive that it is about, by its name with dashes; `undefined` when it is about the whole policy. */
  readonly directive: string | undefined
  /** The source that it is about. */
  readonly source: string | undefined
  /** Whether it was found in a policy that is only reported. */
  readonly reportOnly: boolean
}

/** A finding before it is known in what kind of policy it stands. */
export type Found = Omit<CspFinding, 'level' | 'reportOnly'>

/** Writes a finding down. */
export function found(id: CspFindingId, message: string, directive?: string, source?: string): Found {
  return { id, message, directive, source }
}
