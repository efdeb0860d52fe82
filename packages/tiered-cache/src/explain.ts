import type { Engine } from './engine.ts'

/** What one tier holds for a key. */
export interface TierExplanation {
  /** The tier's name. */
  readonly tier: string
  /**
   * `fresh`: a read is served. `stale`: only as `staleMs` and `staleIfErrorMs` say. `absent`: nothing, or it was deleted,
   * invalidated or pushed out. `distrusted`: memory is passed over as changes may be missed. `failed`: the tier did not
   * answer.
   */
  readonly state: 'fresh' | 'stale' | 'absent' | 'distrusted' | 'failed'
  /** How long it is still fresh, in milliseconds; below 0: for how long it has been stale. */
  readonly softMs?: number
  /** How long it will still be kept, in milliseconds. */
  readonly hardMs?: number
  /** The tags that invalidate it, encoded. */
  readonly tags?: readonly string[]
  /** How many bytes it takes: in memory by an estimate, in a shared tier as it is stored. */
  readonly bytes?: number
  /** Why the tier failed. */
  readonly error?: unknown
}

/** What a cache knows of a key. */
export interface Explanation {
  /** The key as tiers know it, without the namespace. */
  readonly key: string
  /** The namespace, with the version. */
  readonly namespace: string
  /** The tiers, the nearest first. A read is served by the first that is fresh. */
  readonly tiers: readonly TierExplanation[]
  /** Whether this process is loading it. */
  readonly isLoading: boolean
}

/** Asks every tier for a key, without changing any. */
export async function explain(engine: Engine, id: string): Promise<Explanation> {
  const { settings, levels } = engine
  const shared = await Promise.all(levels.map((level) => explainLevel(level, id)))
  const tiers = settings.memory === undefined ? shared : [explainMemory(engine, id), ...shared]
  return { key: id, namespace: settings.namespace, tiers, isLoading: engine.loads.has(id) }
}

function explainMemory({ gate, settings }: Engine, id: string): TierExplanation {
  if (gate.store === undefined) return { tier: 'memory', state: 'distrusted' }
  const held = gate.store.read(id)
  const now = settings.now()
  if (held === undefined || held.hardAt <= now) return { tier: 'memory', state: 'absent' }
  const { softAt, hardAt, tags, bytes } = held
  const state = softAt > now ? 'fresh' : 'stale'
  return { tier: 'memory', state, softMs: softAt - now, hardMs: hardAt - now, tags, bytes }
}

async function explainLevel(level: Engine['levels'][number], id: string): Promise<TierExplanation> {
  const tier = level.name
  try {
    const entry = await level.read(id)
    if (entry === undefined) return { tier, state: 'absent' }
    const { softMs, hardMs, tags, payload } = entry
    return { tier, state: softMs > 0 ? 'fresh' : 'stale', softMs, hardMs, tags, bytes: payload.byteLength }
  } catch (error) {
    return { tier, state: 'failed', error }
  }
}
