import { describe, expect, it } from 'vitest'
import { changesOf, updateIn } from '../../src/csp/change-policy.ts'
import { nonce, type CspDirectives } from '../../src/csp/directives.ts'
import type { Policy, Source } from '../../src/csp/policy.ts'

const policy = (given: Record<string, readonly Source[]>): Policy =>
  Object.entries(given).map(([name, sources]) => ({ name, sources }))
const update = (before: Record<string, readonly Source[]>, directives: CspDirectives) =>
  Object.fromEntries(
    updateIn(policy(before), changesOf('csp.update', directives, false)).map(({ name, sources }) => [name, sources]),
  )

describe('an update', () => {
  it.each<[Record<string, readonly Source[]>, CspDirectives, Record<string, readonly Source[]>]>([
    [{ 'img-src': ['a.b'] }, { imgSrc: ['c.d'] }, { 'img-src': ['a.b', 'c.d'] }],
    [{ 'img-src': ["'none'"] }, { imgSrc: ['c.d'] }, { 'img-src': ['c.d'] }],
    [{ 'img-src': [] }, { imgSrc: ['c.d'] }, { 'img-src': ['c.d'] }],
    [{ 'img-src': ['a.b'] }, { imgSrc: ['none'] }, { 'img-src': ["'none'"] }],
    [{ 'img-src': ['a.b', "'self'"] }, { imgSrc: ["'SELF'", 'a.b'] }, { 'img-src': ['a.b', "'self'"] }],
    [{ 'default-src': ["'self'"] }, { imgSrc: ['c.d'] }, { 'default-src': ["'self'"], 'img-src': ["'self'", 'c.d'] }],
    [{ 'default-src': ["'none'"] }, { imgSrc: ['c.d'] }, { 'default-src': ["'none'"], 'img-src': ['c.d'] }],
    [
      { 'default-src': ['x.y'], 'script-src': ["'self'", nonce] },
      { scriptSrcElem: ['c.d'] },
      { 'default-src': ['x.y'], 'script-src': ["'self'", nonce], 'script-src-elem': ["'self'", nonce, 'c.d'] },
    ],
    [
      { 'script-src': ["'self'", nonce] },
      { workerSrc: ['c.d'] },
      { 'script-src': ["'self'", nonce], 'worker-src': ["'self'", 'c.d'] },
    ],
    [
      { 'default-src': ['x.y'] },
      { scriptSrcElem: ['e.f'], scriptSrc: ['c.d'] },
      { 'default-src': ['x.y'], 'script-src': ['x.y', 'c.d'], 'script-src-elem': ['x.y', 'c.d', 'e.f'] },
    ],
    [{ 'default-src': ['x.y'] }, { formAction: ['c.d'] }, { 'default-src': ['x.y'], 'form-action': ['c.d'] }],
    [{ 'report-to': ['old'] }, { reportTo: 'new' }, { 'report-to': ['new'] }],
    [{ sandbox: ['allow-forms'] }, { sandbox: ['allow-scripts'] }, { sandbox: ['allow-forms', 'allow-scripts'] }],
    [{ 'img-src': ['a.b'] }, { upgradeInsecureRequests: [] }, { 'img-src': ['a.b'], 'upgrade-insecure-requests': [] }],
  ])('never takes away: %#', (before, directives, after) => {
    expect(update(before, directives)).toEqual(after)
  })
})
