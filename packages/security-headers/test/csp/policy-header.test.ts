import { describe, expect, it } from 'vitest'
import { nonce } from '../../src/csp/directives.ts'
import { compileHeader, hasNonce, withNonce, type PolicyHeader } from '../../src/csp/policy-header.ts'
import type { Policy, Source } from '../../src/csp/policy.ts'

const compile = (...policies: Policy[]) => compileHeader('content-security-policy', policies) as PolicyHeader
const directive = (name: string, ...sources: Source[]) => ({ name, sources })

describe('a header', () => {
  it('puts the nonce into every slot', () => {
    const header = compile([
      directive('default-src', "'self'"),
      directive('script-src', "'self'", nonce),
      directive('style-src', nonce, 'https:'),
    ])
    expect(hasNonce(header)).toBe(true)
    expect(withNonce(header, 'abc')).toBe(
      "default-src 'self';script-src 'self' 'nonce-abc';style-src 'nonce-abc' https:",
    )
  })

  it('without a slot stays as it is', () => {
    const header = compile([directive('default-src', "'self'"), directive('script-src', "'unsafe-inline'")])
    expect(hasNonce(header)).toBe(false)
    expect(withNonce(header, 'abc')).toBe(header.plain)
    expect(header.plain).toBe("default-src 'self';script-src 'unsafe-inline'")
  })

  it('parts policies with commas, and puts one nonce into all', () => {
    const header = compile([directive('script-src', nonce), directive('sandbox')], [directive('style-src', nonce)])
    expect(header.plain).toBe("script-src 'none';sandbox, style-src 'none'")
    expect(withNonce(header, 'abc')).toBe("script-src 'nonce-abc';sandbox, style-src 'nonce-abc'")
  })

  it('is none without directives', () => {
    expect(compileHeader('content-security-policy', [])).toBeUndefined()
    expect(compileHeader('content-security-policy', [[], []])).toBeUndefined()
    expect(compile([], [directive('sandbox')]).plain).toBe('sandbox')
  })

  it.each<[Policy, string]>([
    [[directive('script-src', "'self'", nonce)], "script-src 'self'"],
    [[directive('script-src', nonce)], "script-src 'none'"],
    [[directive('script-src', nonce, "'strict-dynamic'", 'https:', "'unsafe-inline'")], "script-src 'none'"],
    [[directive('script-src-elem', "'STRICT-dynamic'", nonce, "'self'")], "script-src-elem 'none'"],
    [
      [directive('script-src', nonce, "'strict-dynamic'", "'sha256-x'", 'https:')],
      "script-src 'strict-dynamic' 'sha256-x' https:",
    ],
    [[directive('default-src', nonce, "'strict-dynamic'", 'https:')], "default-src 'strict-dynamic' https:"],
    [[directive('style-src', nonce, "'UNSAFE-inline'")], "style-src 'none'"],
    [
      [directive('script-src', nonce), directive('style-src', "'unsafe-inline'")],
      "script-src 'none';style-src 'unsafe-inline'",
    ],
  ])('whose nonce nobody read allows no more than with one: %#', (policy, plain) => {
    expect(compile(policy).plain).toBe(plain)
  })
})
