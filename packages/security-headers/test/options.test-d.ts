import type { HelmetOptions } from 'helmet'
import { expectTypeOf, test } from 'vitest'
import express from 'express'
import { helmet } from '../src/helmet.ts'
import { crossOriginProtection, nonce, securityHeaders, site, type SecurityHeadersOptions } from '../src/index.ts'

type KeysOf<T> = T extends unknown ? keyof T : never

test('the options are those of helmet and more', () => {
  expectTypeOf<KeysOf<HelmetOptions>>().toExtend<keyof SecurityHeadersOptions>()
  expectTypeOf<HelmetOptions>().toExtend<SecurityHeadersOptions>()
})

test("helmet's place takes helmet's options and gives Express's middleware", () => {
  const options: HelmetOptions = { hsts: { maxAge: 300 } }
  express().use(helmet(options), helmet.frameguard({ action: 'deny' }), helmet.noSniff(), helmet.hidePoweredBy())
  const { contentSecurityPolicy } = helmet
  contentSecurityPolicy({ directives: { ...contentSecurityPolicy.getDefaultDirectives(), 'img-src': ['*'] } })
  contentSecurityPolicy({ directives: { defaultSrc: contentSecurityPolicy.dangerouslyDisableDefaultSrc } })
})

test('features go by both spellings, and unknown ones by others', () => {
  securityHeaders({
    permissionsPolicy: {
      camera: [],
      pictureInPicture: ['self'],
      'picture-in-picture': '*',
      geolocation: { allow: ['self', 'https://maps.example'], reportTo: 'main' },
      others: { 'time-travel': [] },
    },
  })
})

test('a nonce stands in lists of directives, in both spellings', () => {
  const list: readonly (string | typeof nonce)[] = [nonce, "'self'"]
  securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", nonce], 'style-src': list } } })
})

test('wrong use does not compile', () => {
  // @ts-expect-error an option that there is not
  securityHeaders({ featurePolicy: {} })
  // @ts-expect-error a misspelt feature
  securityHeaders({ permissionsPolicy: { camra: [] } })
  // @ts-expect-error a word that is no list
  securityHeaders({ permissionsPolicy: { camera: 'none' } })
  // @ts-expect-error a destination that there is not
  securityHeaders({ integrityPolicy: { blockedDestinations: ['image'] } })
  // @ts-expect-error no endpoint for the reports
  securityHeaders({ crossOriginOpenerPolicyReportOnly: { policy: 'same-origin' } })
  // @ts-expect-error a misspelt option
  site({ permissionPolicy: {} })
  // @ts-expect-error a misspelt option
  securityHeaders({ contentSecurityPolcy: false })
  // @ts-expect-error a misspelt directive
  securityHeaders({ contentSecurityPolicy: { directives: { defualtSrc: ["'self'"] } } })
  // @ts-expect-error another symbol is no nonce
  securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: [Symbol('nonce')] } } })
  // @ts-expect-error a policy that there is not
  securityHeaders({ crossOriginOpenerPolicy: { policy: 'open' } })
  // @ts-expect-error a misspelt option
  crossOriginProtection({ trustedOrigin: [] })
})
