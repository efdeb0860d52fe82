import { addsAtMostTimes } from '../bars.ts'
import type { Benchmark, Race } from '../benchmark.ts'
import { sameBody, sameHeaders, type Check } from '../check-looks.ts'
import type { FrameworkName } from '../servers/frameworks.ts'

/** The peer on each framework, and how much of its added cost securityHeaders may take. */
const peers = [
  { framework: 'node:http', peer: 'helmet', share: 0.4 },
  { framework: 'Express', peer: 'helmet', share: 0.9 },
  { framework: 'Fastify', peer: '@fastify/helmet', share: 0.15 },
  { framework: 'Koa', peer: 'koa-helmet', share: 0.9 },
  { framework: 'Hono', peer: "Hono's secureHeaders", share: 0.45 },
] as const

const check: Check = (looks) => {
  sameBody(looks)
  sameHeaders(looks)
}

/** `securityHeaders()` beside what users of each framework install today. */
export const headersBenchmark: Benchmark = {
  name: 'headers',
  about: 'what securityHeaders() costs beside helmet and its like, for the same headers',
  races: (['in process', 'over loopback'] as const).flatMap((transport) => [
    ...peers.map((peer) => race(transport, peer)),
    nonceRace(transport),
  ]),
}

/** A nonce that the route reads on every request. */
function nonceRace(transport: Race['transport']): Race {
  return {
    framework: 'node:http',
    transport,
    contenders: [
      { name: 'no headers', protection: 'none' },
      { name: 'helmet, nonce', protection: 'peer with a nonce' },
      { name: 'securityHeaders(), nonce', protection: 'securityHeaders with a nonce' },
    ],
    check,
    bars: [addsAtMostTimes('securityHeaders(), nonce', 'helmet, nonce', 0.5)],
  }
}

function race(
  transport: Race['transport'],
  { framework, peer, share }: { readonly framework: FrameworkName; readonly peer: string; readonly share: number },
): Race {
  return {
    framework,
    transport,
    contenders: [
      { name: 'no headers', protection: 'none' },
      { name: peer, protection: 'peer' },
      { name: 'securityHeaders()', protection: 'securityHeaders' },
    ],
    check,
    bars: [addsAtMostTimes('securityHeaders()', peer, share)],
  }
}
