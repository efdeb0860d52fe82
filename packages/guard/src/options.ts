import { anyValue, checkOptions, fn, oneOf, type Rule } from '@seawall/options'
import type { Guard } from './guard.ts'
import type { OnError } from './report-error.ts'
import { pathOf } from './request-target.ts'
import { stackOf, type Stack } from './stack.ts'
import { clientFinder, type ClientOf, type ProxyHeaders, type TrustedProxies } from './trusted-proxies.ts'

/** Options of every door. Where guards are mounted more than once on a request, the first mount's options hold. */
export interface GuardOptions {
  /**
   * Which proxies are believed when they name the client's address, scheme and host. From the socket outwards, as long as
   * the one who speaks is trusted. Networks are the safe form; a number also believes whoever connects to the service
   * directly; a platform header believes any request that carries it.
   *
   * @default [] - nobody
   */
  readonly trustedProxies?: TrustedProxies
  /**
   * Which headers those proxies set: `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` (RFC 7239). They must set, or
   * strip, all of the family; the other family is ignored.
   *
   * @default 'x-forwarded'
   */
  readonly proxyHeaders?: ProxyHeaders
  /**
   * Takes what guards throw where no framework could catch it: in `onHead`, `onBody` and `onClose`, and under bare
   * node:http everywhere.
   *
   * @default a process warning, unless somebody listens to the channel `seawall:guard:error`
   */
  readonly onError?: OnError
}

/** What a door has made of its guards and options, once. */
export interface Door {
  readonly stack: Stack
  readonly clientOf: ClientOf
  readonly onError: OnError | undefined
  /** Where the framework keeps the parsed body. */
  readonly bodyOf: (raw: unknown) => unknown
  /** The path that the framework makes of a request target. */
  readonly pathOf: (target: string) => string
}

/** What differs from framework to framework. */
export interface DoorTraits extends Pick<Door, 'bodyOf'>, Partial<Pick<Door, 'pathOf'>> {
  /** Options of this door alone. */
  readonly rules?: Readonly<Record<string, Rule>>
}

/**
 * Checks a door's guards and options.
 *
 * @throws TypeError or RangeError for what is not a guard or not an option.
 */
export function doorOf(guards: readonly Guard[], options: GuardOptions, traits: DoorTraits): Door {
  checkOptions('mount guards', options, {
    trustedProxies: anyValue,
    proxyHeaders: oneOf('x-forwarded', 'forwarded'),
    onError: fn(),
    ...traits.rules,
  })
  const { trustedProxies, proxyHeaders, onError } = options
  return {
    stack: stackOf(guards),
    clientOf: clientFinder(trustedProxies, proxyHeaders),
    onError,
    bodyOf: traits.bodyOf,
    pathOf: traits.pathOf ?? pathOf,
  }
}

/** The body is the `body` property of the request, where Express, Fastify and most parsers put it. */
export const bodyProperty: DoorTraits = { bodyOf: (raw) => (raw as { readonly body?: unknown }).body }
