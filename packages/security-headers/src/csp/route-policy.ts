import type { Guard } from '@seawall/guard'
import { boolean, checkOptions } from '@seawall/options'
import { changesOf, replaceIn, updateIn, type Change } from './change-policy.ts'
import type { CspDirectives } from './directives.ts'
import { enforcedHeader, reportedHeader, type PolicyHeader } from './policy-header.ts'
import type { Policy } from './policy.ts'
import type { Mode } from './request-csp.ts'
import { apply, compileRoute, drop, remember, routeGuard } from './route-guard.ts'

/** Which policies of a route change. */
export interface RoutePolicyOptions {
  /**
   * `true`: those that are only reported. `false`: the enforced ones.
   *
   * @default both
   */
  readonly reportOnly?: boolean
}

/** Guards for single routes, behind {@link securityHeaders}, whose policies they change for the requests they see. */
export interface RouteCsp {
  /**
   * Adds sources to directives. What the directive allowed before stays allowed: a directive that the policy does not name
   * begins with the sources that it would fall back to (`default-src` for `imgSrc`). Instead of joining others, `'none'`
   * takes their place and gives way to them; so does the group of `reportTo`.
   *
   * @throws TypeError or RangeError for a directive that is unknown or has a bad value.
   * @example
   * ```ts
   * import { guard } from '@seawall/guard/express'
   * import { csp, securityHeaders } from '@seawall/security-headers'
   * import express from 'express'
   *
   * const app = express()
   * app.use(guard([securityHeaders()]))
   * app.get('/map', guard([csp.update({ imgSrc: ['https://tiles.example'] })]), (req, res) => void res.send('a map'))
   * ```
   */
  update(directives: CspDirectives, options?: RoutePolicyOptions): Guard
  /**
   * Puts directives in place of those of the same name, and leaves the others. `null` takes one out.
   *
   * @throws TypeError or RangeError for a directive that is unknown or has a bad value.
   */
  replace(directives: CspDirectives, options?: RoutePolicyOptions): Guard
  /** Sends no policy. What the handler sets itself is sent. */
  exempt(options?: RoutePolicyOptions): Guard
  /**
   * With directives: tries a change out. The enforced policies stay, and are reported once more with these directives
   * replaced. Without: the enforced policies are only reported.
   *
   * @throws TypeError or RangeError for a directive that is unknown or has a bad value.
   */
  reportOnly(directives?: CspDirectives): Guard
}

/** Changes to Content-Security-Policy on a route: `csp.update`, `csp.replace`, `csp.exempt`, `csp.reportOnly`. */
export const csp: RouteCsp = {
  update: (directives, options = {}) => changeGuard('update', directives, options, updateIn),
  replace: (directives, options = {}) => changeGuard('replace', directives, options, replaceIn),
  exempt: (options = {}) => exemptGuard(modesOf('exempt', options)),
  reportOnly: (directives) => (directives === undefined ? demoteGuard() : trialGuard(directives)),
}

function changeGuard(
  name: 'update' | 'replace',
  directives: CspDirectives,
  options: RoutePolicyOptions,
  change: (policy: Policy, changes: readonly Change[]) => Policy,
): Guard {
  const changes = changesOf(`csp.${name}`, directives, name === 'replace')
  const modes = modesOf(name, options)
  const changed = remember((header: PolicyHeader) =>
    compileRoute(
      name,
      header.name,
      header.policies.map((policy) => change(policy, changes)),
    ),
  )
  return routeGuard(name, changes, (exchange, known) => {
    const present = modes.filter((mode) => known[mode] !== undefined)
    if (present.length === 0)
      throw new Error(`Cannot ${name} a policy as this request is under none: switch contentSecurityPolicy on`)
    for (const mode of present) apply(exchange, known, mode, changed(known[mode] as PolicyHeader))
  })
}

function exemptGuard(modes: readonly Mode[]): Guard {
  return routeGuard('exempt', [], (exchange, known) => {
    for (const mode of modes) drop(exchange, known, mode)
    known.isExempt = true
  })
}

function demoteGuard(): Guard {
  const merged = remember((enforced: PolicyHeader) => {
    const alone = compileRoute('reportOnly', reportedHeader, enforced.policies)
    const joined = remember((reported: PolicyHeader) =>
      compileRoute('reportOnly', reportedHeader, [...reported.policies, ...enforced.policies]),
    )
    return { alone, joined }
  })
  return routeGuard('reportOnly', [], (exchange, known) => {
    if (known.enforced === undefined) return
    const { alone, joined } = merged(known.enforced)
    drop(exchange, known, 'enforced')
    apply(exchange, known, 'reported', known.reported === undefined ? alone : joined(known.reported))
  })
}

/** Stands for the header that a request has not, where one is needed to remember by. */
const nothing: PolicyHeader = {
  name: enforcedHeader,
  policies: [],
  plain: '',
  pieces: [''],
  template: undefined,
  origin: undefined,
}

function trialGuard(directives: CspDirectives): Guard {
  const changes = changesOf('csp.reportOnly', directives, true)
  const trials = remember((enforced: PolicyHeader) => {
    const base: readonly Policy[] = enforced.policies.length > 0 ? enforced.policies : [[]]
    const tried = base.map((policy) => replaceIn(policy, changes))
    return remember((reported: PolicyHeader) =>
      compileRoute('reportOnly', reportedHeader, [...reported.policies, ...tried]),
    )
  })
  return routeGuard('reportOnly', changes, (exchange, known) =>
    apply(exchange, known, 'reported', trials(known.enforced ?? nothing)(known.reported ?? nothing)),
  )
}

function modesOf(name: keyof RouteCsp, options: RoutePolicyOptions): readonly Mode[] {
  checkOptions<RoutePolicyOptions>(`${name} a policy`, options, { reportOnly: boolean })
  if (options.reportOnly === undefined) return ['enforced', 'reported']
  return options.reportOnly ? ['reported'] : ['enforced']
}
