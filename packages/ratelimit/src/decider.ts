import type { Awaitable } from '@seawall/guard'
import { all, chain, isPromise } from './awaitable.ts'
import { closedVerdict, isClosed } from './closed.ts'
import type { CountedLimit } from './limit.ts'
import { memoryStore } from './memory-store.ts'
import type { Pending } from './pending.ts'
import { Ruling } from './ruling.ts'
import type { RateLimitStore, Verdict } from './store.ts'

/**
 * Decides claims: together in one call to the store, or by each limit's `onError` when it cannot answer. Makes no promise
 * unless the store does, and never throws for the store's failure.
 */
export class Decider {
  readonly #store: RateLimitStore
  /** Made when the store fails for the first time. */
  #fallback: RateLimitStore | undefined

  constructor(store: RateLimitStore) {
    this.#store = store
  }

  decide<L extends CountedLimit>(claims: readonly Pending<L>[]): Awaitable<Ruling<L>> {
    if (claims.length === 0) return new Ruling(true, claims, [], false)
    if (claims.some(isClosed)) return refuseClosed(claims)
    try {
      if (claims.length === 1) return this.#decideOne(claims, claims[0] as Pending<L>)
      const verdicts = this.#store.decide(claims)
      if (!isPromise(verdicts)) return rule(claims, verdicts, this.#store, false)
      return verdicts.then(
        (decided) => rule(claims, decided, this.#store, false),
        () => this.#decideWithoutStore(claims),
      )
    } catch {
      return this.#decideWithoutStore(claims)
    }
  }

  /**
   * Decides, and then, if the request may go on, about the claims of limits that only watch: each alone, since none may keep
   * another from being counted.
   */
  decideAndWatch<L extends CountedLimit>(claims: readonly Pending<L>[]): Awaitable<Ruling<L>> {
    if (!claims.some(isShadow)) return this.decide(claims)
    const shadows = claims.filter(isShadow)
    return chain(this.decide(claims.filter((claim) => !isShadow(claim))), (ruling) => {
      if (!ruling.allowed) return ruling
      const verdicts = all(shadows.map((shadow) => this.#attempt(shadow)))
      return chain(verdicts, (decided) => ruling.withShadows(shadows, decided))
    })
  }

  #decideOne<L extends CountedLimit>(
    claims: readonly Pending<L>[],
    { key, quota, cost }: Pending<L>,
  ): Awaitable<Ruling<L>> {
    const verdict = this.#store.consume(key, quota, cost)
    if (!isPromise(verdict)) return rule(claims, [verdict], this.#store, false)
    return verdict.then(
      (decided) => rule(claims, [decided], this.#store, false),
      () => this.#decideWithoutStore(claims),
    )
  }

  #decideWithoutStore<L extends CountedLimit>(claims: readonly Pending<L>[]): Awaitable<Ruling<L>> {
    if (claims.some(({ limit }) => limit.onError === 'deny')) return new Ruling(false, [], [], true)
    const counted = claims.filter(({ limit }) => limit.onError === 'fallback')
    if (counted.length === 0) return new Ruling(true, counted, [], true)
    const store = (this.#fallback ??= memoryStore())
    for (const claim of counted) claim.quota = claim.plan.fallback
    return rule(counted, store.decide(counted) as readonly (Verdict | undefined)[], store, true)
  }

  #attempt(shadow: Pending): Awaitable<Verdict | undefined> {
    if (isClosed(shadow)) return closedVerdict(shadow)
    try {
      const verdict = this.#store.consume(shadow.key, shadow.quota, shadow.cost)
      if (!isPromise(verdict)) return counted(shadow, verdict, this.#store)
      return verdict.then(
        (decided) => counted(shadow, decided, this.#store),
        () => undefined,
      )
    } catch {
      return undefined
    }
  }
}

function rule<L extends CountedLimit>(
  claims: readonly Pending<L>[],
  verdicts: readonly (Verdict | undefined)[],
  store: RateLimitStore,
  degraded: boolean,
): Ruling<L> {
  for (const verdict of verdicts)
    if (verdict === undefined || !verdict.allowed) return new Ruling(false, claims, verdicts, degraded)
  for (let index = 0; index < claims.length; index++)
    counted(claims[index] as Pending<L>, verdicts[index] as Verdict, store)
  return new Ruling(true, claims, verdicts, degraded)
}

function counted(claim: Pending, verdict: Verdict, store: RateLimitStore): Verdict {
  if (!verdict.allowed) return verdict
  claim.store = store
  claim.stamp = verdict.stamp
  return verdict
}

function isShadow({ limit }: Pending): boolean {
  return limit.shadow
}

function refuseClosed<L extends CountedLimit>(claims: readonly Pending<L>[]): Ruling<L> {
  const closed = claims.filter(isClosed)
  return new Ruling(false, closed, closed.map(closedVerdict), false)
}
