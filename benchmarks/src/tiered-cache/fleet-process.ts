import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { answerQuestions } from '../answer-questions.ts'
import { createBenched, type BenchedCache, type CacheSetting } from './caches.ts'

/*
 * One of several processes with the same cache over the same Redis, which counts the loads of all.
 */

/** What one process does with a hot key. */
export interface HotKeyOrder {
  readonly key: string
  readonly forMs: number
  /** How long it waits between one call and the next. */
  readonly everyMs: number
}

let cache: BenchedCache
let redis: Redis
let loadMs: number

const load = (key: string) => async () => {
  await redis.incr(`loads:${key}`)
  await pause(loadMs)
  return { key, loadedAt: Date.now(), text: 'x'.repeat(200) }
}

const answers = {
  /** Makes the cache ready. */
  async open(setting: CacheSetting & { readonly url: string; readonly loadMs: number }): Promise<void> {
    cache = await createBenched(setting)
    redis = new Redis(setting.url)
    loadMs = setting.loadMs
    await cache.ready()
  },

  /** Asks for one key so often at once. */
  async ask({ key, callers }: { key: string; callers: number }): Promise<void> {
    await Promise.all(Array.from({ length: callers }, () => cache.getOrSet(key, load(key))))
  },

  /** Asks for one key again and again, and counts the calls whose value was not there yet when they asked. */
  async keepAsking({ key, forMs, everyMs }: HotKeyOrder): Promise<{ calls: number; waits: number }> {
    const end = performance.now() + forMs
    let calls = 0
    let waits = 0
    while (performance.now() < end) {
      const askedAt = Date.now()
      const { loadedAt } = await cache.getOrSet(key, load(key))
      calls++
      // all processes share the machine's clock
      if (loadedAt > askedAt) waits++
      await pause(everyMs * (0.5 + Math.random()))
    }
    return { calls, waits }
  },
}

/** What may be asked of a process of a fleet. */
export type FleetAnswers = typeof answers

answerQuestions(answers)
