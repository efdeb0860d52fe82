/*
 * What a Content-Security-Policy is in here: a list of directives, each a name and its sources. Options become one
 * (helmet-policy), route policies change one (route-policy), the linter reads one, and what a header says is made of
 * several (policy-header).
 */
import type { CspFunction, nonce } from './directives.ts'

/** One source of a directive: checked text without spaces, the place of the nonce, or a function to ask. */
export type Source = string | typeof nonce | CspFunction

/** One directive, by its name with dashes. */
export interface Directive {
  readonly name: string
  readonly sources: readonly Source[]
}

/** One policy; each name stands in it once. */
export type Policy = readonly Directive[]

/** The sources of a directive, or `undefined` when the policy does not name it. */
export function sourcesOf(policy: Policy, name: string): readonly Source[] | undefined {
  return policy.find((directive) => directive.name === name)?.sources
}

/** The policy with a directive set, at its place if it was there. */
export function withDirective(policy: Policy, name: string, sources: readonly Source[]): Policy {
  const directive = { name, sources }
  if (sourcesOf(policy, name) === undefined) return [...policy, directive]
  return policy.map((one) => (one.name === name ? directive : one))
}

/** The policy without a directive. */
export function withoutDirective(policy: Policy, name: string): Policy {
  return policy.filter((directive) => directive.name !== name)
}

/** Whether two sources say the same; browsers compare keywords without regard to case. */
export function isSameSource(a: Source, b: Source): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return a === b
  return a === b || (a.startsWith(`'`) && !isNonceOrHash(a) && a.toLowerCase() === b.toLowerCase())
}

/** Whether a source is a nonce or a hash, written out. */
export function isNonceOrHash(source: Source): boolean {
  return typeof source === 'string' && /^'(?:nonce|sha256|sha384|sha512)-/i.test(source)
}
