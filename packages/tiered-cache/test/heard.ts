import type { Change, Coherence, CoherenceLink } from '../src/coherence.ts'

/** A link that notes what it hears. */
export interface Ear {
  readonly link: CoherenceLink
  /** `up`, `down` and the changes, in the order in which they came. */
  readonly heard: ('up' | 'down' | Change)[]
  /** Resolves when it is up as often as told since it was opened. */
  isUp(times?: number): Promise<void>
  /** Resolves when it hears something that the test takes. */
  hears(takes: (one: 'up' | 'down' | Change) => boolean): Promise<void>
}

export function listenTo(coherence: Coherence, namespace: string): Ear {
  const heard: Ear['heard'] = []
  let wake: (() => void)[] = []
  const note = (one: 'up' | 'down' | Change) => {
    heard.push(one)
    const waiting = wake
    wake = []
    for (const resolve of waiting) resolve()
  }
  const link = coherence.open({
    namespace,
    listener: { changed: note, up: () => note('up'), down: () => note('down') },
  })
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => wake.push(resolve))
  }
  return {
    link,
    heard,
    isUp: (times = 1) => until(() => heard.filter((one) => one === 'up').length >= times),
    hears: (takes) => until(() => heard.some(takes)),
  }
}

export const hasKey = (key: string) => (one: 'up' | 'down' | Change) =>
  typeof one === 'object' && one.kind === 'keys' && one.keys.includes(key)

export const hasTag = (tag: string) => (one: 'up' | 'down' | Change) =>
  typeof one === 'object' && one.kind === 'tags' && one.tags.includes(tag)

export const isAll = (one: 'up' | 'down' | Change) => typeof one === 'object' && one.kind === 'all'
