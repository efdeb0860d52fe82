import { nonce } from './csp/directives.ts'
import { extendOptions } from './extend-options.ts'
import type { SecurityHeadersOptions } from './options.ts'

/**
 * Trust goes by nonce and is handed on to what a trusted script loads. The last two are for browsers that know neither:
 * all others ignore them beside a nonce, and without one none of it is sent.
 */
const scripts: readonly (string | typeof nonce)[] = ["'strict-dynamic'", nonce, 'https:', "'unsafe-inline'"]

const twoYears = { maxAge: 63_072_000, includeSubDomains: true }

/** What can spy on somebody, or reach a device, and what a site without such a purpose has no need of. */
const powerful = {
  accelerometer: [],
  bluetooth: [],
  camera: [],
  'clipboard-read': [],
  'compute-pressure': [],
  'display-capture': [],
  geolocation: [],
  gyroscope: [],
  hid: [],
  'idle-detection': [],
  'local-fonts': [],
  magnetometer: [],
  microphone: [],
  midi: [],
  payment: [],
  serial: [],
  usb: [],
  'window-management': [],
  'xr-spatial-tracking': [],
}

const strictest: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': scripts,
      'style-src': [nonce],
      'img-src': ["'self'"],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'manifest-src': ["'self'"],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
      'require-trusted-types-for': ["'script'"],
      'upgrade-insecure-requests': [],
    },
  },
  strictTransportSecurity: twoYears,
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginEmbedderPolicy: { policy: 'require-corp' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  permissionsPolicy: {
    ...powerful,
    autoplay: [],
    'captured-surface-control': [],
    'clipboard-write': [],
    'encrypted-media': [],
    fullscreen: [],
    gamepad: [],
    'identity-credentials-get': [],
    'keyboard-map': [],
    'otp-credentials': [],
    'picture-in-picture': [],
    'publickey-credentials-create': [],
    'publickey-credentials-get': [],
    'screen-wake-lock': [],
    'storage-access': [],
    'sync-xhr': [],
    'web-share': [],
  },
  xDownloadOptions: false,
  xXssProtection: false,
}

const ordinary: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': scripts,
      'style-src': ["'self'", nonce],
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'media-src': ["'self'"],
      'worker-src': ["'self'"],
      'manifest-src': ["'self'"],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'self'"],
      'require-trusted-types-for': ["'script'"],
      'upgrade-insecure-requests': [],
    },
  },
  strictTransportSecurity: twoYears,
  crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
  crossOriginEmbedderPolicy: { policy: 'credentialless' },
  crossOriginResourcePolicy: { policy: 'same-site' },
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  permissionsPolicy: powerful,
  xDownloadOptions: false,
  xXssProtection: false,
}

const withoutPages: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  strictTransportSecurity: twoYears,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: { policy: 'same-origin' },
  originAgentCluster: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  noStore: true,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
}

/**
 * Options for a service of one's own pages and nothing else: every script and style carries the nonce, nothing frames the
 * page, nothing of another origin is loaded, and scripts need Trusted Types. The features of the browser that can spy on
 * somebody, reach a device or take over the screen are off.
 *
 * @param overrides - Laid over them header by header: `false` takes a header out, `true` keeps it, an object is laid over
 *   it field by field, a policy directive by directive and feature by feature.
 * @throws TypeError or RangeError for an option that is unknown or wrong.
 * @example
 * ```ts
 * import { securityHeaders, strict } from '@seawall/security-headers'
 *
 * securityHeaders(strict({ contentSecurityPolicy: { directives: { imgSrc: ["'self'", 'https://img.example'] } } }))
 * ```
 */
export function strict(overrides: SecurityHeadersOptions = {}): SecurityHeadersOptions {
  return extendOptions(strictest, overrides)
}

/**
 * Options for a site that a server renders, with its own assets: scripts carry the nonce, styles, images, fonts and media
 * come from the site itself, its own pages may frame each other, and sign-in in a pop-up works.
 *
 * @param overrides - Laid over them as {@link strict} does.
 * @throws TypeError or RangeError for an option that is unknown or wrong.
 */
export function site(overrides: SecurityHeadersOptions = {}): SecurityHeadersOptions {
  return extendOptions(ordinary, overrides)
}

/**
 * Options for a service that answers with data: nothing in a response may be loaded, framed or stored, and headers that
 * only pages heed are left out.
 *
 * @param overrides - Laid over them as {@link strict} does.
 * @throws TypeError or RangeError for an option that is unknown or wrong.
 */
export function api(overrides: SecurityHeadersOptions = {}): SecurityHeadersOptions {
  return extendOptions(withoutPages, overrides)
}
