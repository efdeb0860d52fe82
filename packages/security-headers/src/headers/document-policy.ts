import { checkOptions, record, type Rule } from '@seawall/options'
import {
  Token,
  isValidKeyStr,
  isValidTokenStr,
  serializeDictionary,
  type BareItem,
  type Item,
} from 'structured-headers'
import { endpointName } from './endpoint-name.ts'
import type { StructuredHeader } from './structured-header.ts'

/** The value of a configuration point: on or off, a number, or a token such as `low`. */
export type DocumentPolicyValue = boolean | number | string

/** A configuration point with an endpoint for reports. */
export interface ReportedDocumentPolicyValue {
  /**
   * The value.
   *
   * @default true
   */
  readonly value?: DocumentPolicyValue
  /** The name of the endpoint. */
  readonly reportTo: string
}

/**
 * Configuration points by the names that browsers know: `{ 'js-profiling': true, 'document-write': false }`. The name `*`
 * with `reportTo` sets the endpoint of all others.
 */
export type DocumentPolicy = Readonly<Record<string, DocumentPolicyValue | ReportedDocumentPolicyValue>>

/** The greatest number that a structured field can hold with decimals (RFC 9651 §3.3.2). */
const maxDecimal = 999_999_999_999

const point: Rule = {
  must: `true, false, a number from -${maxDecimal} to ${maxDecimal}, a token, or { value, reportTo }`,
  isType: (value) => isValueType(value) || record().isType(value),
  isInRange: (value) => !isValueType(value) || isValue(value),
}

/**
 * Document-Policy or Document-Policy-Report-Only (Document Policy, §5).
 *
 * @param option - The name of the option that holds it.
 * @throws TypeError or RangeError for what is not such a policy.
 */
export function documentPolicy(option: string, policy: DocumentPolicy): StructuredHeader {
  const names = Object.keys(policy)
  for (const name of names) {
    if (isValidKeyStr(name)) continue
    throw new RangeError(
      `Cannot set ${option} as a name must be in lower case with dashes: current value is ${JSON.stringify(name)}`,
    )
  }
  const points = Object.fromEntries(names.map((name) => [name, point]))
  checkOptions<Record<string, unknown>>(`set ${option}`, policy, points, names)
  const endpoints: string[] = []
  const items = new Map<string, Item>()
  for (const [name, given] of Object.entries(policy)) {
    const { value = true, reportTo } = typeof given === 'object' ? checkReported(option, name, given) : { value: given }
    if (reportTo !== undefined) endpoints.push(reportTo)
    items.set(name, [toItem(value), new Map(reportTo === undefined ? [] : [['report-to', new Token(reportTo)]])])
  }
  const name = option === 'documentPolicy' ? 'document-policy' : 'document-policy-report-only'
  return { name, value: serializeDictionary(items), endpoints }
}

function checkReported(option: string, name: string, given: ReportedDocumentPolicyValue): ReportedDocumentPolicyValue {
  checkOptions(`set ${option} '${name}'`, given, { value: { ...point, isType: isValueType }, reportTo: endpointName }, [
    'reportTo',
  ])
  return given
}

function isValueType(value: unknown): value is DocumentPolicyValue {
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'
}

function isValue(value: DocumentPolicyValue): boolean {
  if (typeof value === 'number') return Math.abs(value) <= maxDecimal
  return typeof value === 'boolean' || isValidTokenStr(value)
}

/** Three decimals are all there can be; what they round to may be whole. */
function toItem(value: DocumentPolicyValue): BareItem {
  if (typeof value === 'string') return new Token(value)
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value
}
