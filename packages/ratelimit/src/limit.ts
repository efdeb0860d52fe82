import type { Exchange } from '@seawall/guard'
import { checkLimitOptions } from './check-limit-options.ts'
import { claimName } from './claim-name.ts'
import { joinParts, normalizeSpelling } from './identity.ts'
import { keyReader, lateness, type KeyReader, type RateLimitKey } from './keys/key.ts'
import { keySpeller } from './keys/key-speller.ts'
import { listTest, type ListTest } from './limit-list.ts'
import type { CountPolicy, FailurePolicy, LimitOptions, MissingPolicy } from './limit-options.ts'
import { toNetwork } from './network.ts'
import { planCache, planOf, type Plan, type PlanSettings } from './plan.ts'
import { formatRate, readRate } from './rate.ts'
import type { RateLimitStore } from './store.ts'

/** What counting needs to know of a limit. */
export interface CountedLimit {
  readonly name: string
  readonly onError: FailurePolicy
  readonly shadow: boolean
  /** Whether clients are told of it. */
  readonly exposed: boolean
}

/** A limit ready for requests. */
export interface Limit extends CountedLimit {
  readonly read: KeyReader
  /** Makes a value of the key into what `read` finds. */
  readonly spell: (value: string | readonly string[]) => string
  /** How late the key can be read. */
  readonly lateness: number
  /** What keys begin with, for values and for requests without one. No value can reach from one into the other. */
  readonly keyStart: string
  readonly missingStart: string
  readonly missing: MissingPolicy
  readonly network: (ip: string) => string
  /** The plan of all requests; `undefined` when each brings its own. */
  readonly plan: Plan | null | undefined
  readonly planFor: (exchange: Exchange) => Plan | null
  readonly planOfRate: (rate: unknown) => Plan | null
  readonly costFor: ((exchange: Exchange) => number) | undefined
  readonly cost: number
  readonly count: CountPolicy
  /** Whether a request is out of the limit's reach; `undefined` when none is. */
  readonly passes: ((exchange: Exchange) => boolean) | undefined
  readonly allow: ListTest | undefined
  readonly deny: ListTest | undefined
}

/** Checks the options of a limit, fills in the defaults and claims its name on the store. */
export function toLimit(options: LimitOptions, store: RateLimitStore, processes: number): Limit {
  checkLimitOptions(options)
  const { key, user, normalize = normalizeSpelling, ipv4Prefix = 32, ipv6Prefix = 64, algorithm, blockMs = 0 } = options
  const { missing = 'ip', onError = 'fallback', shadow = false, count = 'all', group, allow, deny } = options
  const { name = defaultName(options), expose = isOwnValue(key), cost = 1 } = options
  const settings: PlanSettings = { name, algorithm, blockMs, processes, store }
  const plan = typeof options.rate === 'function' ? undefined : staticPlan(options.rate, settings)
  const start = group === undefined ? name : `@${group}:${keyId(key)}`
  const spell = keySpeller(key, { ipv4Prefix, ipv6Prefix, normalize })
  const limit: Limit = {
    name,
    onError,
    shadow,
    exposed: expose && !shadow,
    read: keyReader(key, { ipv4Prefix, ipv6Prefix, normalize, user }),
    spell,
    lateness: lateness(key),
    keyStart: `${start}:key:`,
    missingStart: `${start}:missing:`,
    missing,
    network: (ip) => toNetwork(ip, { ipv4Prefix, ipv6Prefix }),
    plan,
    planOfRate: planCache(settings, "Cannot find the limiter as 'rate' must be"),
    planFor: planReader(options.rate, plan, settings),
    cost: typeof cost === 'number' ? cost : 1,
    costFor: typeof cost === 'function' ? cost : undefined,
    count,
    passes: passOf(options),
    allow: allow === undefined ? undefined : listTest('allow', allow, spell),
    deny: deny === undefined ? undefined : listTest('deny', deny, spell),
  }
  claimName(name, store)
  return limit
}

function staticPlan(rate: unknown, settings: PlanSettings): Plan | null {
  return rate === null ? null : planOf(rate, settings, "Cannot create a rate limit as 'rate' must be")
}

function planReader(
  rate: LimitOptions['rate'],
  plan: Plan | null | undefined,
  settings: PlanSettings,
): (exchange: Exchange) => Plan | null {
  if (typeof rate !== 'function') return () => plan ?? null
  const toPlan = planCache(settings, `Cannot limit the request by '${settings.name}' as 'rate' must return`)
  return (exchange) => toPlan(rate(exchange))
}

/** What only the service itself can know of a client is the client's own to see. */
function isOwnValue(key: RateLimitKey): boolean {
  return (
    typeof key === 'function' || [key].flat().every((part) => part === 'ip' || part === 'user' || part === 'global')
  )
}

function passOf({ skip, methods }: LimitOptions): ((exchange: Exchange) => boolean) | undefined {
  if (methods === undefined) return skip
  const limited = new Set(methods)
  return (exchange) => !limited.has(exchange.method) || skip?.(exchange) === true
}

/** A key as a part of counters' names. Without it, a client could send as a header what is another's address. */
function keyId(key: RateLimitKey): string {
  return typeof key === 'function' ? 'custom' : joinParts([key].flat()).replaceAll(':', String.raw`\:`)
}

function defaultName({ key, rate }: LimitOptions): string {
  const source =
    typeof key === 'function'
      ? 'custom'
      : [key]
          .flat()
          .join('-')
          .replaceAll(/[^\w.-]/g, '-')
          .slice(0, 32)
  if (typeof rate === 'function' || rate === null) return source
  return `${source}-${formatRate(readRate(rate, "Cannot create a rate limit as 'rate' must be"))}`
}
