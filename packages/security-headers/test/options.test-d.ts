import type { HelmetOptions } from 'helmet'
import { expectTypeOf, test } from 'vitest'
import { crossOriginProtection, nonce, securityHeaders, type SecurityHeadersOptions } from '../src/index.ts'

type KeysOf<T> = T extends unknown ? keyof T : never

test('the options are those of helmet', () => {
  expectTypeOf<keyof SecurityHeadersOptions>().toEqualTypeOf<KeysOf<HelmetOptions>>()
})

test('a nonce stands in lists of directives, in both spellings', () => {
  const list: readonly (string | typeof nonce)[] = [nonce, "'self'"]
  securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", nonce], 'style-src': list } } })
})

test('wrong use does not compile', () => {
  // @ts-expect-error an option that there is not
  securityHeaders({ permissionsPolicy: {} })
  // @ts-expect-error a misspelt option
  securityHeaders({ contentSecurityPolcy: false })
  // @ts-expect-error a misspelt directive
  securityHeaders({ contentSecurityPolicy: { directives: { defualtSrc: ["'self'"] } } })
  // @ts-expect-error a function is not per request here
  securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: [() => "'nonce-x'"] } } })
  // @ts-expect-error another symbol is no nonce
  securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: [Symbol('nonce')] } } })
  // @ts-expect-error a policy that there is not
  securityHeaders({ crossOriginOpenerPolicy: { policy: 'open' } })
  // @ts-expect-error a misspelt option
  crossOriginProtection({ trustedOrigin: [] })
})
