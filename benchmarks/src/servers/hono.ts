import type { Server } from 'node:http'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { guard } from '@seawall/guard/hono'
import { contentSecurityPolicy } from 'helmet'
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { secureHeaders } from 'hono/secure-headers'
import type { Serve } from '../contender.ts'
import { manyRequests } from '../many-requests.ts'

/** Hono 4 on Node; its peer is its own secureHeaders, told to send what helmet sends. */
export const serve: Serve = ({ guards, options, peer, peerLimit }) => {
  const app = new Hono<{ Bindings: HttpBindings }>()
  if (guards !== undefined) app.use(guard(guards, options))
  if (peer) app.use(secureHeaders(asHelmet()))
  if (peerLimit)
    app.use(
      rateLimiter<{ Bindings: HttpBindings }>({
        windowMs: 60_000,
        limit: manyRequests,
        standardHeaders: 'draft-7',
        keyGenerator: ({ env }) => env.incoming.socket.remoteAddress ?? '',
      }),
    )
  app.get('/hello', (c) => c.json({ hello: 'world' }))
  return createAdaptorServer({ fetch: app.fetch }) as Server
}

type SecureHeadersOptions = NonNullable<Parameters<typeof secureHeaders>[0]>

/** By itself it sends no policy, and a Strict-Transport-Security of half a year. */
function asHelmet(): SecureHeadersOptions {
  const directives = Object.entries(contentSecurityPolicy.getDefaultDirectives())
  const policy = Object.fromEntries(
    directives.map(([name, value]) => [camelCase(name), [...(value as Iterable<string>)]]),
  )
  return { contentSecurityPolicy: policy, strictTransportSecurity: 'max-age=31536000; includeSubDomains' }
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
