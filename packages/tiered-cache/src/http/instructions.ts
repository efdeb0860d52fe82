import type { Head } from '@seawall/guard'
import type { HttpSettings } from './http-options.ts'

/** What the caches on the way are told, written once. */
export interface Instructions {
  /** `Cache-Control` of what anyone may see. */
  readonly open: string
  /** `Cache-Control` of what one user may see. */
  readonly personal: string
  /** The fields for a CDN, of what anyone may see. */
  readonly cdn: readonly (readonly [name: string, value: string])[]
}

export function writeInstructions(settings: HttpSettings): Instructions {
  const { browserSeconds, proxySeconds, cdnSeconds, staleMs } = settings
  const isShared = proxySeconds !== undefined || cdnSeconds !== undefined
  const browser = browserSeconds === 0 ? 'no-cache' : `max-age=${browserSeconds}`
  const stale = staleMs < 1_000 ? '' : `, stale-while-revalidate=${Math.floor(staleMs / 1_000)}`
  // `no-cache` would bind the caches on the way as well.
  const open = `public, max-age=${browserSeconds}, s-maxage=${proxySeconds ?? 0}${stale}`
  const cdn = cdnSeconds === undefined ? undefined : `max-age=${cdnSeconds}${stale}`
  return {
    open: isShared ? open : `private, ${browser}`,
    personal: 'private, no-cache',
    cdn:
      cdn === undefined
        ? []
        : [
            ['cdn-cache-control', cdn],
            ['surrogate-control', cdn],
          ],
  }
}

/** Tells the caches on the way what they may keep, unless the response says so itself. */
export function instruct(head: Head, isPersonal: boolean, instructions: Instructions): void {
  if (head.get('cache-control') !== undefined) return
  if (isPersonal || head.get('set-cookie') !== undefined) return head.set('cache-control', instructions.personal)
  head.set('cache-control', instructions.open)
  for (const [name, value] of instructions.cdn) if (head.get(name) === undefined) head.set(name, value)
}

/** Names in `Vary` what the response is kept by. */
export function addVary(head: Head, vary: readonly string[]): void {
  const given = [head.get('vary') ?? []].flat().flatMap((line) => line.toLowerCase().split(/\s*,\s*/))
  const missing = given.includes('*') ? [] : vary.filter((name) => !given.includes(name))
  if (missing.length > 0) head.append('vary', missing.join(', '))
}
