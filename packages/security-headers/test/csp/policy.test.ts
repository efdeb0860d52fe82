import { describe, expect, it } from 'vitest'
import { compilePolicy, hasNonce, nonceSlot, withNonce, withoutDirective } from '../../src/csp/policy.ts'

const compile = (text: string) => compilePolicy('content-security-policy', text)

describe('a policy', () => {
  it('puts the nonce into every slot', () => {
    const policy = compile(`default-src 'self';script-src 'self' ${nonceSlot};style-src ${nonceSlot} https:`)
    expect(withNonce(policy, 'abc')).toBe(
      "default-src 'self';script-src 'self' 'nonce-abc';style-src 'nonce-abc' https:",
    )
  })

  it('without a slot stays as it is', () => {
    const policy = compile("default-src 'self';script-src 'unsafe-inline'")
    expect(hasNonce(policy)).toBe(false)
    expect(withNonce(policy, 'abc')).toBe(policy.plain)
    expect(policy.plain).toBe("default-src 'self';script-src 'unsafe-inline'")
  })

  it.each([
    [`script-src 'self' ${nonceSlot}`, "script-src 'self'"],
    [`script-src ${nonceSlot}`, "script-src 'none'"],
    [`script-src ${nonceSlot} 'strict-dynamic' https: 'unsafe-inline'`, "script-src 'strict-dynamic' https:"],
    [`style-src ${nonceSlot} 'UNSAFE-inline'`, "style-src 'none'"],
    [`script-src ${nonceSlot};style-src 'unsafe-inline'`, "script-src 'none';style-src 'unsafe-inline'"],
  ])('whose nonce nobody read allows no more than with one: %s', (text, plain) => {
    expect(compile(text).plain).toBe(plain)
  })

  it('loses a directive by its whole name', () => {
    expect(withoutDirective("default-src 'self';upgrade-insecure-requests", 'upgrade-insecure-requests')).toBe(
      "default-src 'self'",
    )
    expect(withoutDirective('script-src-attr a;script-src b', 'script-src')).toBe('script-src-attr a')
    expect(withoutDirective('upgrade-insecure-requests', 'upgrade-insecure-requests')).toBe('')
  })
})
