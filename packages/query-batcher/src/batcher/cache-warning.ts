const warned = new Set<string>()

/**
 * Warns of a cache that has thrown where nobody waits for it: the loads end as they would have. Once for each batcher's
 * name and kind of error, and without the error's message, which may tell a key.
 */
export function warnOfCache(batcher: string | null, error: unknown): void {
  const kind = error instanceof Error ? error.constructor.name : typeof error
  const finding = `${batcher ?? ''} ${kind}`
  if (warned.has(finding) || warned.size >= 1_000) return
  warned.add(finding)
  const whose = batcher === null ? 'a batcher' : `the batcher '${batcher}'`
  const message = `The cache of ${whose} has thrown a ${kind}: it may go on to remember what it should have forgotten`
  process.emitWarning(message, { type: 'BatcherWarning', code: 'SEAWALL_BATCHER_CACHE' })
}
