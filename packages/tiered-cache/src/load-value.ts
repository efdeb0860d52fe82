import { checkLoadedOptions, mergeTags, type Terms } from './entry-options.ts'
import { CacheLoadTimeoutError } from './errors.ts'
import type { Found } from './found.ts'
import { drawLifetime } from './freshness.ts'
import type { Known } from './held-value.ts'
import { Loading, type Loader } from './load-context.ts'
import type { CacheSettings } from './options.ts'
import { sealValue } from './seal-value.ts'

/** A load of one key. */
export interface LoadOrder {
  readonly id: string
  readonly terms: Terms
  readonly load: Loader<unknown>
  /** What is known and will be replaced. */
  readonly known: Known | undefined
}

/**
 * Runs a loader within its deadline and makes what it brings ready for the tiers.
 *
 * @throws whatever the loader throws; TypeError for a value that would not come back the same; CacheLoadTimeoutError.
 */
export async function loadValue(order: LoadOrder, settings: CacheSettings): Promise<Found> {
  const { now } = settings
  const startedAt = now()
  const hardDeadline = new AbortController()
  const loading = new Loading(hardDeadline.signal, order.known, startedAt, checkLoadedOptions)
  const value = loading.resolve(await runWithin(order, loading, hardDeadline))
  return prepare(order, settings, loading, value, startedAt, now())
}

async function runWithin(
  { id, terms, load }: LoadOrder,
  loading: Loading,
  deadline: AbortController,
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_, reject) => {
    const expire = () => {
      const error = new CacheLoadTimeoutError(id, terms.hardDeadlineMs)
      reject(error)
      deadline.abort(error)
    }
    timer = setTimeout(expire, terms.hardDeadlineMs).unref()
  })
  try {
    return await Promise.race([load(loading), expiry])
  } finally {
    clearTimeout(timer)
  }
}

async function prepare(
  { id, terms }: LoadOrder,
  settings: CacheSettings,
  { said, isSkipped }: Loading,
  value: unknown,
  startedAt: number,
  endedAt: number,
): Promise<Found> {
  const { ttlMs = terms.ttlMs, staleMs = terms.staleMs, staleIfErrorMs = terms.staleIfErrorMs } = said
  const negativeTtlMs = said.ttlMs ?? terms.negativeTtlMs
  const { softMs, hardMs } = drawLifetime({ ...terms, ttlMs, negativeTtlMs, staleMs, staleIfErrorMs }, value)
  const bare = {
    value,
    softAt: endedAt + softMs,
    hardAt: endedAt + hardMs,
    tags: said.tags === undefined ? terms.tags : mergeTags(terms.tags, said.tags),
    etag: said.etag,
    loadMs: endedAt - startedAt,
    goodAt: startedAt,
    isLoaded: true,
    isStored: false,
    trouble: undefined,
  }
  if (value === undefined || isSkipped)
    return { ...bare, isMutable: false, bytes: 0, payload: undefined, isStorable: false }
  const { refusal, ...sealed } = await sealValue(id, value, bare, settings)
  return { ...bare, ...sealed, trouble: refusal, isStorable: refusal === undefined }
}
