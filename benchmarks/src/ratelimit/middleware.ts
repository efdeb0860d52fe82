import { rateLimit } from '@seawall/ratelimit'
import type { Start } from '../runner.ts'
import { InProcessClient } from '../in-process-client.ts'
import { requestText } from '../request.ts'
import { serve } from '../servers/node.ts'

/**
 * node:http with a limit in memory by address before its route, or with a guard that does nothing. So high a limit in so
 * short a window that what remains always has three digits: all responses must have one length.
 */
export interface MiddlewareSetting {
  readonly contender: 'nothing' | 'seawall'
}

export const start: Start<MiddlewareSetting> = async ({ contender }) => {
  const nothing = { name: 'nothing', onRequest: () => undefined }
  const guards = contender === 'seawall' ? [rateLimit({ key: 'ip', rate: { limit: 1_000, windowMs: 1 } })] : [nothing]
  const client = new InProcessClient(await serve({ guards }), requestText)
  const { status } = await client.look()
  if (status !== 200) throw new Error(`the server answers ${status}`)
  return {
    round: (operations) => client.send(operations),
  }
}
