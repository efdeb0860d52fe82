import type { HelmetOptions } from 'helmet'
import { expectTypeOf } from 'vitest'
import { crossOriginProtection, nonce, securityHeaders, type SecurityHeadersOptions } from '../src/index.ts'

type KeysOf<T> = T extends unknown ? keyof T : never

expectTypeOf<keyof SecurityHeadersOptions>().toEqualTypeOf<KeysOf<HelmetOptions>>()

securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", nonce], 'style-src': nonceList() } } })

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

function nonceList(): readonly (string | typeof nonce)[] {
  return [nonce, "'self'"]
}
