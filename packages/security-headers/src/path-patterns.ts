import type { Exchange } from '@seawall/guard'
import type { Rule } from '@seawall/options'

/** Whether a request is for one of some paths. */
export type PathTest = (exchange: Exchange) => boolean

/**
 * The rule of options that name paths: `/healthz`, `/assets/` and what is below, `POST /hooks/{name}`, `/files/{rest...}`,
 * `/{$}`. They are the patterns of Go's ServeMux without hosts; `/` alone would be every path and is refused.
 */
export const pathPatterns: Rule = {
  must: `an array of path patterns such as '/healthz', '/assets/' or 'POST /hooks/{name}'`,
  isType: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  isInRange: (value) => (value as string[]).every(isPattern),
}

/** Compiles patterns that keep the rule. They are compared with the path as it was received, nothing decoded. */
export function pathTest(patterns: readonly string[]): PathTest {
  if (patterns.length === 0) return () => false
  const compiled = patterns.map(compile)
  return ({ method, path }) => compiled.some((test) => test(method, path)) && isPlain(path)
}

const shape = /^(?:([A-Z]+(?:-[A-Z]+)*) )?\/(.*)$/
const literal = /^(?:[\w\-.~!$&'()*+,;=:@]|%[\da-f]{2})+$/i
const wildcard = /^\{[a-z_]\w*\}$/i
const rest = /^\{[a-z_]\w*\.\.\.\}$/i

/** What a server behind us could take for another path: dot segments, empty ones, separators in disguise. */
const devious = /\/\/|\/\.{1,2}(?:\/|$)|%(?:2e|2f|5c)|[^!-~]|[\\#]/i

function isPlain(path: string): boolean {
  return path.startsWith('/') && !devious.test(path)
}

function isPattern(pattern: string): boolean {
  const path = shape.exec(pattern)?.[2]
  if (path === undefined || path === '' || devious.test(`/${path}`)) return false
  const segments = path.split('/')
  const last = segments.pop() as string
  const isEnd = last === '' || last === '{$}' || rest.test(last) || isSegment(last)
  const names = path.match(/\{\w+/g) ?? []
  return isEnd && segments.every(isSegment) && new Set(names).size === names.length
}

function isSegment(segment: string): boolean {
  return wildcard.test(segment) || literal.test(segment)
}

function compile(pattern: string): (method: string, path: string) => boolean {
  const [, method, path = ''] = shape.exec(pattern) ?? []
  const source = path.split('/').map((segment, index, { length }) => toSource(segment, index === length - 1))
  const whole = new RegExp(`^/${source.join('/')}$`)
  return (asked, given) => isMethod(asked, method) && whole.test(given)
}

function isMethod(asked: string, method: string | undefined): boolean {
  return method === undefined || asked === method || (method === 'GET' && asked === 'HEAD')
}

function toSource(segment: string, isLast: boolean): string {
  if (isLast && segment === '{$}') return ''
  if (isLast && (segment === '' || rest.test(segment))) return '.*'
  return wildcard.test(segment) ? '[^/]+' : segment.replace(/[.*+?^$(){}|[\]\\]/g, String.raw`\$&`)
}
