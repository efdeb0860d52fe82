import type { Exchange, Head } from '@seawall/guard'
import { nearestOf } from './decision.ts'
import type { HeaderStyle } from './options.ts'
import type { RequestRecord } from './request-record.ts'
import type { Ruling } from './ruling.ts'
import type { Verdict } from './store.ts'

/** Adds the limits of a ruling to the fields of its response, after those of the limits before. */
export type FieldWriter = (exchange: Exchange, ruling: Ruling, record: RequestRecord) => void

const draftNames = ['ratelimit-policy', 'ratelimit']
const legacyNames = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']

/** Makes the writer of a style. */
export function fieldWriter(style: HeaderStyle): FieldWriter {
  if (style === 'draft') return writeDraft
  if (style === 'legacy') return writeLegacy
  if (style === false) return () => {}
  return (exchange, ruling, record) => {
    writeDraft(exchange, ruling, record)
    writeLegacy(exchange, ruling, record)
  }
}

/** Makes the function that lists a style's fields in `Access-Control-Expose-Headers`, once a response. */
export function fieldExposer(style: HeaderStyle): (head: Head) => void {
  const names = [
    'retry-after',
    ...(style === 'draft' || style === 'both' ? draftNames : []),
    ...(style === 'legacy' || style === 'both' ? legacyNames : []),
  ]
  return (head) => {
    const listed = [head.get('access-control-expose-headers') ?? []]
      .flat()
      .flatMap((line) => line.toLowerCase().split(/\s*,\s*/))
    const added = names.filter((name) => !listed.includes(name))
    if (added.length > 0) head.append('access-control-expose-headers', added.join(', '))
  }
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11 §3 and §4): lists by RFC 9651. */
function writeDraft(exchange: Exchange, { claims, verdicts }: Ruling, record: RequestRecord): void {
  let { policy, limit } = record
  for (let index = 0; index < claims.length; index++) {
    const claim = claims[index]
    const verdict = verdicts[index]
    if (claim === undefined || verdict === undefined || !claim.limit.exposed) continue
    const comma = policy === '' ? '' : ', '
    policy += comma + claim.plan.policy
    limit += `${comma}${claim.plan.item}${verdict.remaining};t=${secondsOf(verdict)}`
  }
  if (policy === '' || policy === record.policy) return
  record.policy = policy
  record.limit = limit
  exchange.set('ratelimit-policy', policy)
  exchange.set('ratelimit', limit)
}

/** There is room for one limit only: the one nearest to its end, of all that have decided. */
function writeLegacy(exchange: Exchange, _: Ruling, { rulings }: RequestRecord): void {
  const nearest = nearestOf(rulings.flatMap(exposedVerdicts))
  if (nearest === undefined) return
  exchange.set('x-ratelimit-limit', String(nearest.limit))
  exchange.set('x-ratelimit-remaining', String(nearest.remaining))
  exchange.set('x-ratelimit-reset', String(secondsOf(nearest)))
}

function exposedVerdicts({ claims, verdicts }: Ruling): readonly (Verdict & { readonly limit: number })[] {
  return claims.flatMap(({ limit, plan }, index) => {
    const verdict = verdicts[index]
    return verdict === undefined || !limit.exposed ? [] : { ...verdict, limit: plan.quota.limit }
  })
}

function secondsOf({ allowed, resetMs, retryAfterMs }: Verdict): number {
  return allowed ? Math.ceil(resetMs / 1000) : toRetrySeconds(retryAfterMs)
}

/** Whole seconds to wait: at least one, and never too early. */
export function toRetrySeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1000))
}
