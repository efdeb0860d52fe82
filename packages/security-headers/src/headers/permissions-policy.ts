import { checkOptions, record, type Rule } from '@seawall/options'
import { Token, isValidKeyStr, serializeDictionary, type InnerList, type Item } from 'structured-headers'
import { endpointName } from './endpoint-name.ts'
import { permissionsPolicyFeatures } from './permissions-policy-features.ts'
import type { StructuredHeader } from './structured-header.ts'

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S

/** The name of a feature, `picture-in-picture` or `pictureInPicture`. */
export type PermissionsPolicyFeature =
  | (typeof permissionsPolicyFeatures)[number]
  | CamelCase<(typeof permissionsPolicyFeatures)[number]>

/**
 * Who may use a feature: `'*'` for everyone, `[]` for nobody, or a list of `'self'` and origins, `https://maps.example` or
 * `https://*.maps.example`.
 */
export type PermissionsPolicyAllowlist = '*' | readonly string[]

/** Who may use a feature, with an endpoint for reports of attempts by others. */
export interface ReportedPermissionsPolicyAllowlist {
  /** Who may use it. */
  readonly allow: PermissionsPolicyAllowlist
  /** The name of the endpoint. */
  readonly reportTo: string
}

/** Who may use which feature: `{ camera: [], geolocation: ['self', 'https://maps.example'], fullscreen: '*' }`. */
export type PermissionsPolicy = {
  readonly [Name in PermissionsPolicyFeature]?: PermissionsPolicyAllowlist | ReportedPermissionsPolicyAllowlist
} & {
  /** Features that are not known here, by the names that browsers have for them. */
  readonly others?: Readonly<Record<string, PermissionsPolicyAllowlist | ReportedPermissionsPolicyAllowlist>>
}

const allowlist: Rule = {
  must: `'*' or a list of 'self' and origins such as 'https://maps.example', each at most once`,
  isType: (value) =>
    typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string')),
  isInRange: (value) => value === '*' || (Array.isArray(value) && isList(value as string[])),
}

const feature: Rule = {
  must: `${allowlist.must}, or { allow, reportTo }`,
  isType: (value) => allowlist.isType(value) || record().isType(value),
  isInRange: (value) => !allowlist.isType(value) || allowlist.isInRange?.(value) === true,
}

/** The feature that each of its spellings names. */
const features: ReadonlyMap<string, string> = new Map(
  permissionsPolicyFeatures.flatMap((name) => [
    [name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), name],
    [name, name],
  ]),
)

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Array.from(features.keys(), (name) => [name, feature])),
  others: record('an object of features by name'),
}

/**
 * Permissions-Policy or Permissions-Policy-Report-Only (Permissions Policy, §5.2).
 *
 * @param option - The name of the option that holds it.
 * @throws TypeError or RangeError for an unknown feature, for one that is given twice, and for what is no list of origins.
 */
export function permissionsPolicy(option: string, policy: PermissionsPolicy): StructuredHeader {
  checkOptions<object>(`set ${option}`, policy, rules)
  const { others = {}, ...known } = policy
  const members = new Map<string, Item | InnerList>()
  const endpoints: string[] = []
  const add = (name: string, value: PermissionsPolicyAllowlist | ReportedPermissionsPolicyAllowlist): void => {
    if (members.has(name)) throw new RangeError(`Cannot set ${option} as '${name}' is given twice`)
    const { allow, reportTo } = isReported(value) ? checkReported(option, name, value) : { allow: value }
    if (reportTo !== undefined) endpoints.push(reportTo)
    members.set(name, toMember(allow, reportTo))
  }
  for (const [name, value] of Object.entries(known)) if (value !== undefined) add(features.get(name) ?? name, value)
  checkOthers(option, others)
  for (const [name, value] of Object.entries(others)) add(name, value)
  const name = option === 'permissionsPolicy' ? 'permissions-policy' : 'permissions-policy-report-only'
  return { name, value: serializeDictionary(members), endpoints }
}

function checkOthers(option: string, others: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(others)
  for (const name of names) {
    if (isValidKeyStr(name)) continue
    throw new RangeError(
      `Cannot set ${option} as a name in 'others' must be in lower case with dashes: current value is ${JSON.stringify(name)}`,
    )
  }
  const rulesOfOthers = Object.fromEntries(names.map((name) => [name, feature]))
  checkOptions<Record<string, unknown>>(`set ${option}`, others, rulesOfOthers, names)
}

function checkReported(
  option: string,
  name: string,
  value: ReportedPermissionsPolicyAllowlist,
): ReportedPermissionsPolicyAllowlist {
  checkOptions(`set ${option} '${name}'`, value, { allow: allowlist, reportTo: endpointName }, ['allow', 'reportTo'])
  return value
}

function isReported(
  value: PermissionsPolicyAllowlist | ReportedPermissionsPolicyAllowlist,
): value is ReportedPermissionsPolicyAllowlist {
  return typeof value === 'object' && !Array.isArray(value)
}

function toMember(allow: PermissionsPolicyAllowlist, reportTo: string | undefined): Item | InnerList {
  const parameters = new Map(reportTo === undefined ? [] : [['report-to', new Token(reportTo)]])
  if (typeof allow === 'string') return [new Token(allow), parameters]
  return [allow.map((one) => [one === 'self' ? new Token(one) : one, new Map()]), parameters]
}

function isList(allow: readonly string[]): boolean {
  return new Set(allow).size === allow.length && allow.every((one) => one === 'self' || isOrigin(one))
}

const origin = /^https?:\/\/(?:\*\.)?(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/

/** As browsers write it, so in ASCII, lower case and without the scheme's own port; or with `*.` before the domain. */
function isOrigin(text: string): boolean {
  if (!origin.test(text) || !URL.canParse(text)) return false
  const { protocol, host } = new URL(text)
  return text === `${protocol}//${host}`
}
