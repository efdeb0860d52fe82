import { expect, test } from 'vitest'
import { MemoryCounters } from '../src/memory-counters.ts'
import { MemoryGate } from '../src/memory-gate.ts'
import type { Claim } from '../src/memory-store.ts'
import { memoryTier } from '../src/memory-tier.ts'
import { none } from '../src/no-coherence.ts'
import { checkCacheOptions } from '../src/options.ts'

test('leaves no claim behind for a value that memory must not keep', () => {
  const tiers = [memoryTier({ maxEntries: 10 })] as const
  const gate = new MemoryGate(checkCacheOptions({ namespace: 'n', tiers, coherence: none({ maxStaleMs: 0 }) }))
  gate.open()
  const claims: Claim[] = []
  const noted = Object.assign(Object.create(gate) as MemoryGate, {
    claim: (id: string) => {
      const claim = gate.store?.claim(id)
      if (claim !== undefined) claims.push(claim)
      return claim
    },
    keep: gate.keep.bind(gate),
    release: gate.release.bind(gate),
  })
  expect(new MemoryCounters(noted, 0).increment('n', 1, { softMs: 100, hardMs: 100 })).toBe(1)
  const known = { value: 1, isMutable: false, softAt: 1, hardAt: 1, tags: [], etag: undefined, loadMs: 0, bytes: 8 }
  expect(claims.map((claim) => gate.store?.fill(claim, known, 1))).toEqual([false])
})
