import { fallbacks, nonce, nonceDirectives, type CspDirectives } from './directives.ts'
import { isSourceList } from './keywords.ts'
import { isSameSource, sourcesOf, withDirective, withoutDirective, type Policy, type Source } from './policy.ts'
import { toDirectiveName, toSources } from './sources.ts'

/** What a route changes about one directive; without sources, the directive goes. */
export interface Change {
  readonly name: string
  readonly sources: readonly Source[] | undefined
}

const valueless: ReadonlySet<string> = new Set(['upgrade-insecure-requests', 'block-all-mixed-content', 'sandbox'])

/**
 * Checks the directives of a route.
 *
 * @param option - What is being set, for errors.
 * @param removes - Whether `null` takes a directive out.
 * @throws TypeError or RangeError for a directive that is unknown or has a bad value.
 */
export function changesOf(option: string, directives: CspDirectives, removes: boolean): readonly Change[] {
  if (typeof directives !== 'object' || directives === null)
    throw new TypeError(
      `Cannot set ${option} as 'directives' must be an object: current value is ${String(directives)}`,
    )
  const changes = Object.entries<unknown>(directives).map(([name, value]) => toChange(option, name, value, removes))
  const names = changes.map((change) => change.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TypeError(`Cannot set ${option} as '${twice}' stands in it twice`)
  if (changes.length === 0) throw new RangeError(`Cannot set ${option} as it names no directive`)
  return changes
}

function toChange(option: string, name: string, value: unknown, removes: boolean): Change {
  const directive = toDirectiveName(option, name)
  const { dashed } = directive
  const sources = toSources(directive, value)
  if (Array.isArray(sources)) {
    checkList(option, name, dashed, sources as readonly Source[], removes)
    return { name: dashed, sources: sources as readonly Source[] }
  }
  if (!removes) throw new TypeError(`Cannot set ${option} as '${name}' cannot be taken out: use csp.replace`)
  if ((sources === null) !== (dashed !== 'default-src'))
    throw new TypeError(
      `Cannot set ${option} as '${name}' is taken out by ${dashed === 'default-src' ? 'dangerouslyDisableDefaultSrc' : 'null'}`,
    )
  return { name: dashed, sources: undefined }
}

function checkList(
  option: string,
  name: string,
  dashed: string,
  sources: readonly Source[],
  allowsNothing: boolean,
): void {
  if (sources.length === 0 && !allowsNothing && !valueless.has(dashed))
    throw new RangeError(`Cannot set ${option} as '${name}' adds nothing`)
  if (isSourceList(dashed) && sources.length > 1 && sources.some(isNone))
    throw new RangeError(`Cannot set ${option} as '${name}' holds 'none' beside other sources`)
}

/** The policy with directives replaced. */
export function replaceIn(policy: Policy, changes: readonly Change[]): Policy {
  return changes.reduce<Policy>(
    (changed, { name, sources }) =>
      sources === undefined ? withoutDirective(changed, name) : withDirective(changed, name, sources),
    policy,
  )
}

/** The policy with sources added. */
export function updateIn(policy: Policy, changes: readonly Change[]): Policy {
  // what others fall back to comes first, so that they begin with its additions too
  const ordered = changes.toSorted((a, b) => depthOf(a.name) - depthOf(b.name))
  return ordered.reduce<Policy>(
    (changed, { name, sources = [] }) => withDirective(changed, name, addedTo(changed, name, sources)),
    policy,
  )
}

function depthOf(name: string): number {
  return fallbacks[name]?.length ?? 0
}

function addedTo(policy: Policy, name: string, added: readonly Source[]): readonly Source[] {
  if (name === 'report-to' || added.some(isNone)) return added
  const before = (sourcesOf(policy, name) ?? inherited(policy, name)).filter((source) => !isNone(source))
  const fresh = added.filter((source) => !before.some((one) => isSameSource(one, source)))
  return [...before, ...fresh]
}

function inherited(policy: Policy, name: string): readonly Source[] {
  const from = fallbacks[name]?.find((one) => sourcesOf(policy, one) !== undefined)
  if (from === undefined) return []
  return (sourcesOf(policy, from) ?? []).filter((source) => source !== nonce || nonceDirectives.has(name))
}

function isNone(source: Source): boolean {
  return typeof source === 'string' && source.toLowerCase() === `'none'`
}
